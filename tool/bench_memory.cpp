// SPDX-License-Identifier: MIT
// The private memory of a child that has nothing to do yet, beside that of an empty program.
#include "bench_groups.hpp"

#include "run_program.hpp"

#include <brood/brood.hpp>

#include <stdexcept>

namespace tool {
namespace {

double reported_bytes(const program_run& run) {
    const program_output output = run_program(run);
    if (output.code != 0) throw std::runtime_error(output.text);
    const double bytes = std::stod(output.text);
    if (bytes <= 0) throw std::runtime_error("this system does not tell the private memory of a process");
    return bytes;
}

}  // namespace

void measure_memory(session& now, const layout& where) {
    const auto run = [&where](const std::string& name, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), to_utf8(where.program("bench", name)));
        return reported_bytes({.arguments = std::move(arguments)});
    };
    std::vector<contender> all = {{"limit.empty_program", "", "bytes", [=] { return run("empty", {}); }, {}}};
    for (const auto method : brood::available_start_methods()) {
        const std::string name(brood::to_string(method));
        all.push_back({"memory.idle_child", name, "bytes", [=] { return run("idle", {name}); },
                       relation{relation::kind::difference, "limit.empty_program", 0, 1024.0 * 1024, false}});
    }
    race(now, std::move(all), now.few_runs());
}

}  // namespace tool
