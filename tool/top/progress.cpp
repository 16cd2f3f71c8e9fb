// SPDX-License-Identifier: MIT
#include "top/table.hpp"

namespace tool {
namespace {

using tasks_by_worker = std::map<brood::process_id, std::uint64_t>;

tasks_by_worker tasks_in(const look_at& look) {
    tasks_by_worker all;
    for (const auto& session : look.sessions)
        for (const auto& pool : session.pools)
            for (const auto& worker : pool.workers)
                if (worker.pid != 0) all[worker.pid] = worker.tasks;
    return all;
}

}  // namespace

progress::progress(const look_at& before, const look_at& now) {
    const double seconds = std::chrono::duration<double>(now.when - before.when).count();
    const auto old = tasks_in(before);
    for (const auto& [pid, tasks] : tasks_in(now))
        if (const auto then = old.find(pid); then != old.end() && tasks >= then->second && seconds > 0)
            rates_[pid] = static_cast<double>(tasks - then->second) / seconds;
}

double progress::rate_of(brood::process_id worker) const {
    const auto known = rates_.find(worker);
    return known == rates_.end() ? 0 : known->second;
}

double progress::rate_of(const brood::native::pool_activity& pool) const {
    double all = 0;
    for (const auto& worker : pool.workers) all += rate_of(worker.pid);
    return all;
}

}  // namespace tool
