// SPDX-License-Identifier: MIT
// The example of an instrument, whose processes are killed from outside while it measures.
#include "folder.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace brood_test;

namespace {

program run_instrument(std::vector<std::string> arguments) {
    return program(BROOD_TEST_INSTRUMENT, std::move(arguments));
}

// Who worked when a block was stored, as the example tells: "... driver PID, workers PID PID".
struct crew {
    brood::process_id driver = 0;
    std::vector<brood::process_id> workers;
};

std::vector<crew> crews_of(const std::string& output) {
    std::vector<crew> all;
    std::istringstream lines(output.substr(0, output.rfind('\n') + 1));
    for (std::string line; std::getline(lines, line);) {
        const auto at = line.find("; driver ");
        if (at == std::string::npos) continue;
        std::istringstream words(line.substr(at));
        std::string word;
        char comma = 0;
        crew one;
        words >> word >> word >> one.driver >> comma >> word;
        for (brood::process_id pid = 0; words >> pid;) one.workers.push_back(pid);
        all.push_back(one);
    }
    return all;
}

// Kills all of a crew, time and again. Gives how often.
int kill_crews(const program& running, int rounds) {
    std::set<brood::process_id> killed;
    for (int done = 0; done < rounds; ++done) {
        const auto wanted = static_cast<std::size_t>(10 * (done + 1));
        crew last;
        const bool seen = comes_true([&] {
            const auto crews = crews_of(running.output());
            if (!crews.empty()) last = crews.back();
            return crews.size() >= wanted && !killed.contains(last.driver);
        });
        if (!seen) return done;
        killed.insert(last.driver);
        kill_process(last.driver);
        for (const auto pid : last.workers)
            if (killed.insert(pid).second) kill_process(pid);
    }
    return rounds;
}

}  // namespace

TEST_CASE("an instrument loses and doubles no sample, although its driver and its workers are killed") {
    constexpr int rounds = 3;
    const temporary_folder folder;
    const auto file = to_utf8(folder / "killed.h5");
    auto running = run_instrument({file, "128"});
    CHECK(kill_crews(running, rounds) == rounds);
    CHECK_MESSAGE(running.wait() == brood::exit_status::exited(0), running.errors());
    const auto output = running.output();
    INFO(output);
    CHECK(output.find("131072 samples, none lost and none doubled") != std::string::npos);
    std::set<brood::process_id> drivers;
    for (const auto& one : crews_of(output)) drivers.insert(one.driver);
    CHECK(drivers.size() == rounds + 1);
    CHECK(std::filesystem::file_size(folder / "killed.svg") > 0);

    auto check = run_instrument({"--check", file});
    CHECK(check.wait() == brood::exit_status::exited(0));
    CHECK(check.output() == "131072 samples, none lost and none doubled\n");
}

TEST_CASE("the check of a recording refuses what is none") {
    auto check = run_instrument({"--check", this_program().string()});
    CHECK(check.wait() == brood::exit_status::exited(1));
    CHECK(check.errors().find("HDF5: opening the file") != std::string::npos);
}
