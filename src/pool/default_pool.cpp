// SPDX-License-Identifier: MIT
#include <brood/pool.hpp>

#include "platform/platform.hpp"

#include <map>
#include <mutex>

namespace brood {
namespace {

// Of forked copies of the process that made the first one; they end without destroying it.
pool& pool_of_copy(process_id pid) {
    static std::mutex mutex;
    static auto& pools = *new std::map<process_id, pool>();
    const std::lock_guard guard(mutex);
    const auto known = pools.find(pid);
    return known != pools.end() ? known->second : pools.emplace(pid, pool()).first->second;
}

}  // namespace

pool& default_pool() {
    static const process_id owner = platform::current_process_id();
    const process_id here = platform::current_process_id();
    if (here != owner) return pool_of_copy(here);
    static pool first;  // destroyed before brood ends the children of this process
    return first;
}

}  // namespace brood
