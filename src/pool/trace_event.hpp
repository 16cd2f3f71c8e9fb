// SPDX-License-Identifier: MIT
// One event of a trace as text, in the format of Chrome's and Perfetto's viewers: a JSON object, times in microseconds.
#pragma once

#include <brood/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace brood::pools {

// As a JSON string. What is no UTF-8 becomes '?'.
void append_quoted(std::string& into, std::string_view text);

class trace_event {
public:
    // `phase` as the format names it: 'X' a slice, 'i' an instant, 'C' a counter, 'M' a name. `at` in nanoseconds.
    trace_event(std::string& into, std::string_view name, char phase, process_id pid, std::uint64_t thread,
                std::int64_t at);
    trace_event(const trace_event&) = delete;
    trace_event& operator=(const trace_event&) = delete;
    ~trace_event();

    // Before the first with().
    trace_event& lasts(std::int64_t nanoseconds);
    trace_event& of_process();  // an instant of the whole process
    trace_event& with(std::string_view key, std::string_view value);
    trace_event& with(std::string_view key, std::uint64_t value);
    trace_event& with_time(std::string_view key, std::int64_t nanoseconds);  // microseconds in the text

private:
    void key(std::string_view name);
    std::string& into_;
    bool has_arguments_ = false;
};

}  // namespace brood::pools
