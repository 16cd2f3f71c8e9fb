// SPDX-License-Identifier: MIT
#include <brood/pool_options.hpp>

#include <stdexcept>

namespace brood::detail {
namespace {

void require(bool condition, const char* otherwise) {
    if (!condition) throw std::invalid_argument(otherwise);
}

}  // namespace

void require_valid(const pool_options& options) {
    using std::chrono::nanoseconds;
    require(!options.workers || *options.workers >= 1, "a pool has at least one worker");
    require(!options.max_tasks_per_worker || *options.max_tasks_per_worker >= 1,
            "max_tasks_per_worker is at least 1: a worker that runs no task is of no use");
    require(!options.queue_limit || *options.queue_limit >= 1, "queue_limit is at least 1: else no task could wait");
    require(!options.memory_growth_limit || *options.memory_growth_limit >= 1,
            "memory_growth_limit is at least 1 byte");
    require(!options.idle_timeout || *options.idle_timeout >= nanoseconds::zero(), "idle_timeout is not negative");
    require(!options.task_timeout || *options.task_timeout > nanoseconds::zero(),
            "task_timeout is more than nothing: else every task would end with timeout_error");
    require(options.retries >= 0, "the number of retries is not negative");
}

void require_valid(const task_options& options) {
    require(!options.timeout || *options.timeout > std::chrono::nanoseconds::zero(),
            "the timeout of a task is more than nothing");
    require(!options.retries || *options.retries >= 0, "the number of retries is not negative");
}

void require_valid(const map_options& options) {
    require(options.chunk_size >= 0, "chunk_size is not negative (0: it is found by measuring)");
    require_valid(options.task);
}

}  // namespace brood::detail
