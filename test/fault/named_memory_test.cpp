// SPDX-License-Identifier: MIT
// Named memory of a program that was killed, on every system.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdio>
#include <doctest/doctest.h>
#include <sstream>

using namespace brood_test;
using brood::shared_memory;

namespace {

// Says the names of what it made, and of what a child made that was killed then.
const scenario names_memory("names-memory", [](const arguments&) {
    const auto mine = shared_memory::create(100);
    const auto box = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& to) {
            const auto made = shared_memory::create(100);
            to.send(made.name());
            idle();
        },
        box);
    const auto theirs = box.receive();
    child.kill();
    child.join();
    std::printf("%s %s complete", mine.name().c_str(), theirs.c_str());
    std::fflush(stdout);
    idle();
    return 0;
});

bool is_there(const std::string& name) {
    try {
        shared_memory::attach(name);
        return true;
    } catch (const brood::error& e) {
        CHECK(e.code() == std::errc::no_such_file_or_directory);
        return false;
    }
}

}  // namespace

TEST_CASE("other programs attach what a program and its dead child made, until it is killed") {
    auto run = start_scenario("names-memory");
    REQUIRE(comes_true([&] { return run.output().ends_with("complete"); }));
    std::string mine, theirs;
    std::istringstream(run.output()) >> mine >> theirs;
    CHECK(is_there(mine));
    CHECK(is_there(theirs));
    run.kill();
    run.wait();
    CHECK(comes_true([&] { return !is_there(mine) && !is_there(theirs); }));
}

TEST_CASE("a program that is killed leaves what it only attached") {
    auto memory = shared_memory::create(100);
    brood::spawn(
        [](const shared_memory& given) {
            static_cast<void>(given.data());
            kill_process(brood::current_process().pid());
        },
        memory)
        .join();
    CHECK(is_there(memory.name()));
    memory.unlink();
    CHECK_FALSE(is_there(memory.name()));
}
