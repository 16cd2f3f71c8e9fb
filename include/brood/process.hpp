// SPDX-License-Identifier: MIT
// A function that runs in a process of its own.
#pragma once

#include <brood/detail/target.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/exit_status.hpp>
#include <brood/export.hpp>
#include <brood/process_options.hpp>
#include <brood/sentinel.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace brood {

namespace detail {
class process_core;
class running_child;
}  // namespace detail

// A process seen from the one that asks: a value, no handle; the process may be gone by the time it is read.
class BROOD_API process_info {
public:
    process_info(std::string name, process_id pid, bool daemon, std::weak_ptr<detail::running_child> child = {},
                 bool parent = false);
    const std::string& name() const noexcept { return name_; }
    process_id pid() const noexcept { return pid_; }
    bool daemon() const noexcept { return daemon_; }
    // Whether it still runs. True for this very process.
    bool is_alive() const;

private:
    std::string name_;
    process_id pid_;
    bool daemon_;
    std::weak_ptr<detail::running_child> child_;
    bool parent_;
};

// What process and fork_process have in common: one child, from before its start until after its end.
//
// Life: made -> start() -> runs -> ended -> close() or destroyed. Move-only. Members may be called from several threads
// at once. Only the process that made the object may use it (a forked copy throws std::logic_error, and its destructor
// does nothing). Misuse throws std::logic_error and changes nothing.
class BROOD_API process_handle {
public:
    process_handle(process_handle&& other) noexcept;
    process_handle& operator=(process_handle&& other) noexcept;
    // Joins, like std::jthread; a daemon is terminated (killed if it does not end within a second) and reaped.
    ~process_handle();

    // Starts the child; at most once. Returns when its target is about to run (under fork: when it exists). The target
    // and its arguments are then released here. Throws bootstrap_error, start_error or serialization_error; then no
    // process is left and start() may be tried again.
    void start();
    // Blocks until the child has ended. After that a no-op.
    void join();
    // The same for at most that long; true when it has ended. A duration of zero or less only looks.
    template <class Rep, class Period>
    bool join_for(const std::chrono::duration<Rep, Period>& timeout) {
        return join_until(detail::time_after(timeout));
    }
    bool join_until(std::chrono::steady_clock::time_point time);
    // Whether it was started and has not ended.
    bool is_alive() const;

    // The system's number of the child; 0 before start.
    process_id pid() const;
    std::string name() const;
    // No meaning beyond messages; any time.
    void set_name(std::string name);
    bool daemon() const;
    // Before start only.
    void set_daemon(bool daemon);

    // How it ended; empty before that. Never blocks.
    std::optional<brood::exit_status> exit_status() const;
    // N, or -S when signal S ended it; empty before that.
    std::optional<int> exit_code() const;

    // Asks it to stop as Ctrl-C would. POSIX: SIGINT. Windows: its SIGINT handler is called, else it ends.
    void interrupt();
    // Asks it to end, so that its own handlers can run: SIGTERM (POSIX); its SIGTERM handler, else it ends (Windows).
    // Its own children end with it. No error when it has ended already.
    void terminate();
    // Ends it at once.
    void kill();
    // Releases everything; throws std::logic_error while the child runs. After it only name(), daemon() and a second
    // close() do not throw.
    void close();
    // Becomes ready when the child ends; needs a started process. May outlive this object.
    brood::sentinel sentinel() const;

    // For brood itself.
    void join_wait(detail::wait_set& set) const { sentinel().join_wait(set); }

protected:
    explicit process_handle(std::shared_ptr<detail::process_core> core) noexcept;

private:
    void finish() noexcept;
    detail::process_core& core() const;
    std::shared_ptr<detail::process_core> core_;
};

namespace detail {
BROOD_API std::shared_ptr<process_core> make_process_core(process_options options, std::shared_ptr<target> target,
                                                          bool always_fork);
}

// Runs `target(arguments...)` in a child process. The target: a function, a captureless lambda, an object with
// operator() that is serializable, or a member function with an object (the child works on a copy of it). Target and
// arguments are copied or moved in now and serialized by start(); under fork they are copied with the memory.
// What cannot cross is refused at compile time. The target's return value is ignored.
//
// In the child: an exception that leaves the target prints `process NAME: TYPE: what` and the stack to standard error
// and gives exit code 1; at the end exit handlers run and streams are flushed. Standard input is the null device.
class process : public process_handle {
public:
    template <class F, class... Args>
        requires(!std::is_same_v<std::remove_cvref_t<F>, process> &&
                 !std::is_same_v<std::remove_cvref_t<F>, process_options>)
    explicit process(F&& target, Args&&... arguments)
        : process(process_options{}, std::forward<F>(target), std::forward<Args>(arguments)...) {}

    template <class F, class... Args>
    process(process_options options, F&& target, Args&&... arguments)
        : process_handle(detail::make_process_core(
              std::move(options),
              detail::make_target<detail::drop_result>(std::forward<F>(target), std::forward<Args>(arguments)...),
              false)) {}
};

// Makes a process and starts it.
template <class F, class... Args>
    requires(!std::is_same_v<std::remove_cvref_t<F>, process_options>)
process spawn(F&& target, Args&&... arguments) {
    process made(std::forward<F>(target), std::forward<Args>(arguments)...);
    made.start();
    return made;
}
template <class F, class... Args>
process spawn(process_options options, F&& target, Args&&... arguments) {
    process made(std::move(options), std::forward<F>(target), std::forward<Args>(arguments)...);
    made.start();
    return made;
}

// This process; its name is "main" unless brood started it.
BROOD_API process_info current_process();
// The process that started this one by brood; empty in the first.
BROOD_API std::optional<process_info> parent_process();
// The children of this process that run now. Ended ones are reaped on the way.
BROOD_API std::vector<process_info> active_children();
// Logical processors that this process may use: affinity and cgroup quota count. At least 1.
BROOD_API std::size_t cpu_count();

}  // namespace brood
