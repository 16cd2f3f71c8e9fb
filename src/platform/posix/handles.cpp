// SPDX-License-Identifier: MIT
// Descriptors: private, above the standard streams, and known when they are brood's own.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <pthread.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace brood::platform {

BROOD_CHILD_PATH handle_t no_handle() noexcept { return -1; }

namespace posix {
namespace {

constexpr int word_bits = 64;
constexpr int max_tracked = 1 << 20;

// Side by side: a forked child writes to them first of all, and has to copy each page that it writes to.
struct {
    std::atomic<pid_t> known_pid{0};  // asking the system each time would cost more than all the rest of a look-up
    std::atomic<int> owned_end{0};    // no owned descriptor is as high
    std::atomic<std::uint64_t> owned[max_tracked / word_bits];
} facts;

BROOD_CHILD_PATH void mark(int fd) noexcept {
    if (fd < 0 || fd >= max_tracked) return;
    facts.owned[fd / word_bits].fetch_or(std::uint64_t{1} << (fd % word_bits));
    int end = facts.owned_end.load();
    while (end <= fd && !facts.owned_end.compare_exchange_weak(end, fd + 1)) {
    }
}

// Held by who forks, too. Never destroyed: threads use it to the end of the process.
union fork_lock {
    constexpr fork_lock() noexcept : mutex() {}
    ~fork_lock() {}
    std::mutex mutex;
};
constinit fork_lock forking;
thread_local int exclusions = 0;  // of this thread

void hold_others_back() { forking.mutex.lock(); }
BROOD_CHILD_PATH void let_others_go_on() { forking.mutex.unlock(); }

BROOD_CHILD_PATH void leave_parent_behind() {
    facts.known_pid = ::getpid();
    close_owned();
    let_others_go_on();
}

BROOD_CHILD_PATH void unmark(int fd) noexcept {
    if (fd < 0 || fd >= max_tracked || fd >= facts.owned_end.load()) return;
    facts.owned[fd / word_bits].fetch_and(~(std::uint64_t{1} << (fd % word_bits)));
}

bool is_marked(int fd) noexcept {
    return fd < max_tracked && (facts.owned[fd / word_bits].load() >> (fd % word_bits) & 1) != 0;
}

}  // namespace

void throw_error(int code, const char* what) { throw std::system_error(code, std::system_category(), what); }

void throw_errno(const char* what) { throw_error(errno, what); }

BROOD_CHILD_PATH unique_handle above_stdio(int fd) {
    unique_handle handle(fd);
    if (fd > 2) return handle;
    const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (moved == -1) throw_errno("fcntl(F_DUPFD_CLOEXEC)");
    return unique_handle(moved);
}

void move_above(unique_handle& fd, int highest) {
    if (!fd || fd.get() > highest) return;
    unique_handle moved(::fcntl(fd.get(), F_DUPFD_CLOEXEC, highest + 1));
    if (!moved) throw_errno("fcntl(F_DUPFD_CLOEXEC)");
    fd = is_marked(fd.get()) ? own(std::move(moved)) : std::move(moved);
}

BROOD_CHILD_PATH unique_handle own(unique_handle fd) noexcept {
    install_fork_handler();
    mark(fd.get());
    return fd;
}

unique_handle hold_child(process_id pid) {
    try {
        return open_process(pid);
    } catch (...) {
        ::kill(static_cast<pid_t>(pid), SIGKILL);
        retry([&] { return ::waitpid(static_cast<pid_t>(pid), nullptr, 0); });
        throw;
    }
}

bool is_owned(int fd) noexcept { return is_marked(fd); }
BROOD_CHILD_PATH void disown(int fd) noexcept { unmark(fd); }
BROOD_CHILD_PATH void own_again(int fd) noexcept { mark(fd); }

BROOD_CHILD_PATH void close_owned() noexcept {
    const int end = facts.owned_end.exchange(0);
    for (int word = 0; word * word_bits < end; ++word) {
        std::uint64_t bits = facts.owned[word].exchange(0);
        for (int bit = 0; bits != 0; ++bit, bits >>= 1)
            if (bits & 1) ::close(word * word_bits + bit);
    }
}

void install_fork_handler() {
    static const int installed = ::pthread_atfork(&hold_others_back, &let_others_go_on, &leave_parent_behind);
    (void)installed;
}

int poll_timeout(const deadline& until) noexcept {
    if (!until) return -1;
    const auto now = std::chrono::steady_clock::now();
    if (*until <= now) return 0;  // compared first: a difference to the earliest time would overflow
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(*until - now).count();
    return static_cast<int>(std::min<decltype(ms)>(ms, 1'000'000'000));
}

}  // namespace posix

BROOD_CHILD_PATH process_id current_process_id() noexcept {
    const pid_t known = posix::facts.known_pid.load(std::memory_order_relaxed);
    if (known != 0) return known;
    posix::install_fork_handler();
    const pid_t pid = ::getpid();
    posix::facts.known_pid = pid;
    return pid;
}

BROOD_CHILD_PATH void close_handle(handle_t handle) noexcept {
    if (handle < 0) return;
    if (!posix::is_marked(handle)) {
        ::close(handle);
        return;
    }
    const fork_exclusion alone;
    posix::unmark(handle);
    ::close(handle);
}

BROOD_CHILD_PATH fork_exclusion::fork_exclusion() noexcept {
    posix::install_fork_handler();
    if (posix::exclusions++ == 0) posix::forking.mutex.lock();
}
BROOD_CHILD_PATH fork_exclusion::~fork_exclusion() {
    if (--posix::exclusions == 0) posix::forking.mutex.unlock();
}

unique_handle duplicate_handle(handle_t handle) {
    const int copy = ::fcntl(handle, F_DUPFD_CLOEXEC, 3);
    if (copy == -1) posix::throw_errno("duplicating a descriptor");
    return unique_handle(copy);
}

}  // namespace brood::platform
