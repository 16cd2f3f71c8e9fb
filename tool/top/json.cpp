// SPDX-License-Identifier: MIT
#include "top/table.hpp"
#include "top/words.hpp"

#include <nlohmann/json.hpp>

namespace tool {
namespace {

using nlohmann::json;

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

json of(const brood::native::worker_activity& one, const progress& rates, function_names& names) {
    return {{"id", one.id},
            {"pid", one.pid},
            {"state", to_word(one.state)},
            {"seconds_in_state", seconds(one.in_state)},
            {"tasks", one.tasks},
            {"tasks_per_second", rates.rate_of(one.pid)},
            {"busy_seconds", seconds(one.busy)},
            {"memory", one.memory},
            {"task", names.of(one.task)}};
}

json of(const brood::native::pool_activity& one, const progress& rates, function_names& names) {
    json pool = {{"name", one.name},         {"owner", one.owner},
                 {"wanted", one.wanted},     {"waiting", one.waiting},
                 {"running", one.running},   {"ended", one.ended},
                 {"failed", one.failed},     {"restarts", one.restarts},
                 {"workers", json::array()}, {"tasks_per_second", rates.rate_of(one)}};
    for (const auto& worker : one.workers) pool["workers"].push_back(of(worker, rates, names));
    return pool;
}

json of(const brood::native::session_activity& one, const progress& rates, function_names& names) {
    if (!one.readable) return {{"readable", false}};
    json session = {{"readable", true},           {"id", one.id},          {"blocks", one.blocks}, {"bytes", one.bytes},
                    {"processes", json::array()}, {"pools", json::array()}};
    for (const auto& process : one.processes)
        session["processes"].push_back({{"pid", process.pid},
                                        {"parent", process.parent},
                                        {"program", process.program},
                                        {"memory", process.memory}});
    for (const auto& pool : one.pools) session["pools"].push_back(of(pool, rates, names));
    return session;
}

}  // namespace

std::string as_json(const look_at& now, const progress& rates, function_names& names) {
    json all = {{"sessions", json::array()}};
    for (const auto& session : now.sessions) all["sessions"].push_back(of(session, rates, names));
    // Names may hold any bytes.
    return all.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace tool
