// SPDX-License-Identifier: MIT
#include <brood/worker_local.hpp>

#include "platform/platform.hpp"

#include <unordered_map>

namespace brood::detail {
namespace {

struct local_objects {
    process_id pid = platform::current_process_id();
    std::unordered_map<const void*, std::shared_ptr<void>> by_owner;
};

}  // namespace

std::shared_ptr<void>& local_of(const void* owner) {
    thread_local std::unique_ptr<local_objects> mine;
    if (mine && mine->pid != platform::current_process_id())
        mine.release();  // the original's: not to be destroyed here
    if (!mine) mine = std::make_unique<local_objects>();
    return mine->by_owner[owner];
}

}  // namespace brood::detail
