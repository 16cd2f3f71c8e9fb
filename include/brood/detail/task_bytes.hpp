// SPDX-License-Identifier: MIT
// Arguments and results of tasks on their way.
#pragma once

#include <brood/export.hpp>
#include <brood/serialization.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

namespace brood::arena {
class held_block;
}

namespace brood::detail {

// Bytes in this process's memory, or a message block in the session's.
struct task_bytes {
    std::string bytes;
    std::shared_ptr<arena::held_block> message;
};

// A result of which large parts are still being written. `lost`: the rest will never come.
struct coming_result {
    task_bytes bytes;
    std::atomic<bool> lost{false};
};

// Reads them; they must live as long.
class BROOD_API task_reading {
public:
    explicit task_reading(std::string_view bytes);
    explicit task_reading(const task_bytes& held);
    // Waits for what is not there yet, and throws when it is lost.
    explicit task_reading(const coming_result& result);
    task_reading(const task_reading&) = delete;
    task_reading& operator=(const task_reading&) = delete;
    ~task_reading();
    input_archive& archive() noexcept { return archive_; }

private:
    task_reading(const task_bytes& held, const std::atomic<bool>* lost);
    struct source;
    std::unique_ptr<source> source_;  // of a message
    input_archive archive_;
};

}  // namespace brood::detail
