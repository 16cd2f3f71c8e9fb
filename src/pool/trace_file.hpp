// SPDX-License-Identifier: MIT
// A file that pools of this process write events into, in the format of Chrome's and Perfetto's viewers: a JSON array,
// one event a line.
//
// Processes of one session may write into the same file. The first one that opens it begins the array; what a process
// appends goes to the end in one piece. The array is closed when the last pool of the session's first process ends, and
// opened again by the next one. A file that was not closed (its process crashed) is still read by the viewers.
#pragma once

#include "platform/platform.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace brood::pools {

class trace_file {
public:
    // The file for one more pool of this process; each calls leave(). Throws std::system_error that names the path.
    static std::shared_ptr<trace_file> join(const std::string& path);

    explicit trace_file(std::string path);
    trace_file(const trace_file&) = delete;
    trace_file& operator=(const trace_file&) = delete;
    ~trace_file();

    // Whole events, each with a comma and a line feed before it. They are written when there are many, when the last
    // ones were written long ago, by flush(), and when the last pool leaves. A file that can no longer be written ends
    // with one line on standard error, and nothing else happens. `now`: clock_now(). Any thread.
    void add(std::string_view events, std::int64_t now) noexcept;
    void flush() noexcept;
    void leave() noexcept;
    // Whether there are events that are not in the file yet.
    bool holds_events() const noexcept { return holds_events_.load(std::memory_order_relaxed); }

    // In nanoseconds, between two writes if there are events.
    static constexpr std::int64_t interval = 1'000'000'000;

private:
    bool is_ours() const noexcept { return pid_ == platform::current_process_id(); }
    bool goes_on() const;
    void open();
    void begin(bool goes_on);
    bool open_array();
    void write(std::string_view text) noexcept;

    const process_id pid_ = platform::current_process_id();
    const std::string path_;
    std::mutex mutex_;
    platform::unique_handle file_;
    bool closes_ = false;  // this process closes the array
    std::string buffer_;
    std::atomic<bool> holds_events_{false};
    std::int64_t written_at_ = 0;
    unsigned pools_ = 0;  // guarded by the files' lock
};

}  // namespace brood::pools
