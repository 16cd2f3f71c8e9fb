// SPDX-License-Identifier: MIT
#include "trace/report.hpp"

#include <nlohmann/json.hpp>

namespace tool {
namespace {

using nlohmann::json;

json of_worker(const worker_figures& one) {
    return {{"pid", one.pid},     {"name", one.name},         {"tasks", one.tasks},
            {"run", one.running}, {"read", one.reading},      {"write", one.result},
            {"idle", one.idle},   {"starting", one.starting}, {"utilisation", one.share()}};
}

json of_function(const function_figures& one) {
    return {{"name", one.name},         {"tasks", one.tasks},        {"failed", one.failed}, {"elements", one.elements},
            {"run", one.running},       {"longest", one.longest},    {"waited", one.waited}, {"moving", one.moving},
            {"bytes_in", one.bytes_in}, {"bytes_out", one.bytes_out}};
}

json of_task(const traced_task& one) {
    return {{"name", one.name},       {"pid", one.pid},       {"begin", one.begin},
            {"length", one.length()}, {"waited", one.waited}, {"outcome", one.outcome}};
}

}  // namespace

std::string as_json(const traced_run& run) {
    const auto figures = sum_up(run.events);
    json whole = {{"seconds", figures.length},
                  {"of_brood", run.events.of_brood},
                  {"closed", run.events.whole},
                  {"unreadable_events", run.events.unreadable},
                  {"tasks", figures.tasks},
                  {"outcomes", run.events.ends},
                  {"run", figures.running},
                  {"read_arguments", figures.reading},
                  {"write_results", figures.result},
                  {"write_arguments", figures.arguments},
                  {"read_results", figures.results_read},
                  {"idle", figures.idle},
                  {"starting", figures.starting},
                  {"serialization_share", figures.moving_share()},
                  {"waited", {{"mean", figures.mean(figures.waited)}, {"longest", figures.longest_wait}}},
                  {"bytes", figures.bytes},
                  {"advice", run.advice},
                  {"workers", json::array()},
                  {"functions", json::array()},
                  {"longest", json::array()}};
    for (const auto& one : figures.workers) whole["workers"].push_back(of_worker(one));
    for (const auto& one : figures.functions) whole["functions"].push_back(of_function(one));
    for (const auto* one : figures.longest) whole["longest"].push_back(of_task(*one));
    return whole.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace tool
