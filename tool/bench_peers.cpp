// SPDX-License-Identifier: MIT
// The same work by CPython's multiprocessing, when there is a Python.
#include "bench_groups.hpp"

#include "run_program.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <sstream>

namespace tool {
namespace {

using nlohmann::json;

// A row of brood's that the script has, too, and what the script's value is to be at least or at most, as a multiple.
struct common_row {
    const char* id;
    std::optional<double> target = {};
    bool at_least = false;
};
constexpr std::array common_rows{
    common_row{"process.start_join fork"},
    common_row{"process.start_join spawn"},
    common_row{"process.start_join forkserver"},
    common_row{"async.int fork"},
    common_row{"async.int spawn"},
    common_row{"async.int forkserver"},
    common_row{"async.64MiB fork"},
    common_row{"async.64MiB spawn"},
    common_row{"async.64MiB forkserver"},
    common_row{"manager.call spawn", 20, true},
    common_row{"queue.throughput", 0.01},
    common_row{"queue.round_trip"},
    common_row{"pool.apply", 40, true},
    common_row{"pool.submit"},
    common_row{"pool.map_chunk1"},
    common_row{"pool.map"},
    common_row{"pool.echo"},
};

bool is_wanted(const session& now, const common_row& one) {
    return now.wants(one.id) || now.wants("cpython." + std::string(one.id));
}

void relate_to_ours(const session& now, row& theirs, const std::string& id) {
    const auto ours = std::find_if(now.rows.begin(), now.rows.end(), [&](const row& one) { return one.id() == id; });
    const auto known =
        std::find_if(common_rows.begin(), common_rows.end(), [&](const common_row& one) { return one.id == id; });
    if (ours == now.rows.end() || known == common_rows.end()) return;
    theirs.beside = relation{relation::kind::ratio, id, 0, known->target, known->at_least};
    relate(theirs, *ours);
}

void add(session& now, const json& line) {
    row one{line.at("name"), line.at("start_method"), line.at("unit"), line.at("samples"), {}};
    const std::string ours = one.id();
    one.name.insert(0, "cpython.");
    relate_to_ours(now, one, ours);
    now.rows.push_back(std::move(one));
}

}  // namespace

void measure_peers(session& now, const layout& where) {
    program_run script;
    script.arguments = {"python3", to_utf8(where.data / "bench" / "peers.py"), std::to_string(now.few_runs()),
                        std::to_string(now.few_runs() < 3 ? 1 : 3)};
    const auto options = script.arguments.size();
    for (const common_row& one : common_rows)
        if (is_wanted(now, one)) script.arguments.emplace_back(one.id);
    if (script.arguments.size() == options) return;
    now.tell_progress("cpython");
    script.limit = std::chrono::minutes(10);
    const program_output output = run_program(script);
    if (output.code != 0) {
        now.notes.push_back("cpython: not measured: " + output.text.substr(0, output.text.find('\n')));
        return;
    }
    std::istringstream lines(output.text);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with('{')) add(now, json::parse(line));
}

}  // namespace tool
