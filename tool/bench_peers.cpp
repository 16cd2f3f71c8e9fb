// SPDX-License-Identifier: MIT
// The same work by CPython's multiprocessing, when there is a Python.
#include "bench_groups.hpp"

#include "run_program.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

namespace tool {
namespace {

using nlohmann::json;

const row* find_row(const session& now, const std::string& id) {
    for (const row& one : now.rows)
        if (one.id() == id) return &one;
    return nullptr;
}

// Seconds of the script become the unit of the row that they are compared with.
row to_row(const json& line) {
    row one{"cpython." + line.at("name").get<std::string>(), line.at("start_method"), "s", line.at("seconds"), {}};
    if (!one.name.ends_with("64MiB")) return one;
    one.unit = "MB/s";
    constexpr double megabytes = 2 * 64 * 1024 * 1024 / 1e6;  // there and back
    for (double& sample : one.samples) sample = megabytes / sample;
    return one;
}

// The rows of the script that the user wants to see, by the names of brood's own.
std::vector<std::string> wanted_rows(const session& now) {
    std::vector<std::string> wanted;
    for (const std::string name : {"process.start_join", "async.int", "async.64MiB"})
        for (const std::string method : {"fork", "spawn", "forkserver"})
            if (const std::string id = name + " " + method; now.wants(id) || now.wants("cpython." + id))
                wanted.push_back(id);
    if (const std::string id = "manager.call spawn"; now.wants(id) || now.wants("cpython." + id)) wanted.push_back(id);
    return wanted;
}

void add(session& now, row one) {
    const std::string ours = one.id().substr(std::string("cpython.").size());
    if (const row* other = find_row(now, ours)) {
        one.beside = relation{relation::kind::ratio, ours, 0, {}, false};
        relate(one, *other);
    }
    now.rows.push_back(std::move(one));
}

}  // namespace

void measure_peers(session& now, const layout& where) {
    const std::vector<std::string> wanted = wanted_rows(now);
    if (wanted.empty()) return;
    now.tell_progress("cpython");
    program_run script;
    script.arguments = {"python3", to_utf8(where.data / "bench" / "peers.py"), std::to_string(now.few_runs()),
                        std::to_string(now.few_runs() < 3 ? 1 : 3)};
    script.arguments.insert(script.arguments.end(), wanted.begin(), wanted.end());
    script.limit = std::chrono::minutes(10);
    const program_output output = run_program(script);
    if (output.code != 0) {
        now.notes.push_back("cpython: not measured: " + output.text.substr(0, output.text.find('\n')));
        return;
    }
    std::istringstream lines(output.text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('{')) add(now, to_row(json::parse(line)));
}

}  // namespace tool
