// SPDX-License-Identifier: MIT
// Every error that brood throws for what happens at run time. Misuse of the interface (start twice, join before start)
// throws std::logic_error instead, and a bad value of an argument std::invalid_argument.
#pragma once

#include <brood/exit_status.hpp>
#include <brood/export.hpp>

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace brood::detail {
class stack_source;
}  // namespace brood::detail

namespace brood {

// The number by which the operating system knows a process.
using process_id = std::int64_t;

// The base of all of them. `code()` holds the operating system's error where there was one, else it is zero.
class BROOD_API error : public std::runtime_error {
public:
    explicit error(const std::string& what, std::error_code code = {});
    const std::error_code& code() const noexcept { return code_; }

private:
    std::error_code code_;
};

// A child could not be brought to the point where its target runs: init() was never called, a process was started
// while static initialisers were still running, the child's program is another build, or the child ended first.
class BROOD_API bootstrap_error : public error {
public:
    using error::error;
};

// The operating system refused to start a process (or it must not be started so: fork while other threads run).
class BROOD_API start_error : public error {
public:
    using error::error;
};

// A value could not be written to bytes or read back from them. `path()` names the member ("order::lines >
// line::price"), empty at the top. The exception that caused it, if any, is nested (std::rethrow_if_nested); when that
// has a code, what the system refused for example, it is the code of this one.
class BROOD_API serialization_error : public error {
public:
    explicit serialization_error(const std::string& reason, const std::string& path = {}, std::error_code code = {});
    const std::string& path() const noexcept { return path_; }
    // The reason without the path.
    const std::string& reason() const noexcept { return reason_; }

private:
    std::string reason_;
    std::string path_;
};

// One place in the code of a process, with what debug information told about it.
struct stack_frame {
    std::string function;      // demangled; empty when unknown
    std::string file;          // empty without debug information
    std::uint32_t line = 0;    // 0 without debug information
    std::string module;        // the program or library that holds the code
    std::uint64_t offset = 0;  // in bytes from where that module was loaded
    friend bool operator==(const stack_frame&, const stack_frame&) = default;
};

// A stack, innermost call first; empty when it could not be had.
using stack_trace = std::vector<stack_frame>;

// One line a frame: "  #0 device::poll(int) at device.cpp:42", ends with a line feed; empty for an empty stack.
BROOD_API std::string to_string(const stack_trace& stack);

// A process ended before it had done what was asked of it.
class BROOD_API process_died : public error {
public:
    process_died(const std::string& what, process_id pid, exit_status status, stack_trace stack = {});
    process_died(const std::string& what, process_id pid, exit_status status,
                 std::shared_ptr<const detail::stack_source> stack);
    process_id pid() const noexcept { return pid_; }
    const exit_status& status() const noexcept { return status_; }
    // Where it crashed, if its crash could be recorded. The first call may read debug information. Any thread.
    const stack_trace& stack() const noexcept;
    const std::shared_ptr<const detail::stack_source>& source_of_stack() const noexcept { return stack_; }

private:
    process_id pid_;
    exit_status status_;
    std::shared_ptr<const detail::stack_source> stack_;
};

// A pool's worker ended while it ran a task.
class BROOD_API worker_died : public process_died {
public:
    worker_died(const std::string& what, std::string task, const process_died& death);
    // What it ran: "task 17", "task 17, element 3".
    const std::string& task() const noexcept { return task_; }

private:
    std::string task_;
};

// An exception of a type that cannot be rebuilt here was thrown in another process.
class BROOD_API remote_error : public error {
public:
    remote_error(std::string type_name, const std::string& what, std::string process_name, process_id pid,
                 stack_trace stack);
    remote_error(std::string type_name, const std::string& what, std::string process_name, process_id pid,
                 std::shared_ptr<const detail::stack_source> stack);
    // The demangled type of the exception; "unknown" if the thrown object was of no class type with a name.
    const std::string& type_name() const noexcept { return type_name_; }
    const std::string& process_name() const noexcept { return process_name_; }
    process_id pid() const noexcept { return pid_; }
    // Where it was thrown. The first call may read debug information. Any thread.
    const stack_trace& stack() const noexcept;
    const std::shared_ptr<const detail::stack_source>& source_of_stack() const noexcept { return stack_; }

private:
    std::string type_name_;
    std::string process_name_;
    process_id pid_;
    std::shared_ptr<const detail::stack_source> stack_;
};

// A wait ended because its time was over.
class BROOD_API timeout_error : public error {
public:
    using error::error;
};

// Nobody wanted the result any more: the task was cancelled, or its pool ended without running it.
class BROOD_API cancelled : public error {
public:
    using error::error;
};

// The process that owned a lock ended without unlocking it. The one that gets this does not hold the lock; what the
// lock protects may be half changed. recover() takes such a lock.
class BROOD_API owner_died : public error {
public:
    using error::error;
};

// A barrier was aborted, a wait at it ran out of time, or a process that it was to wait for has died.
class BROOD_API broken_barrier : public error {
public:
    using error::error;
};

// The queue is closed and, for who reads, empty; or there is nobody left who could ever fill or empty it.
class BROOD_API queue_closed : public error {
public:
    using error::error;
};

// There is nothing more to receive: the other end of a connection was closed, or its last holder has ended.
class BROOD_API end_of_stream : public error {
public:
    using error::error;
};

// The other side of a connection does not know the key, or does not prove that it does.
class BROOD_API authentication_error : public error {
public:
    using error::error;
};

}  // namespace brood
