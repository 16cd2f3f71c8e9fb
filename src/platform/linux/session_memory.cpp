// SPDX-License-Identifier: MIT
// Linux: a sparse memfd, futexes that work across processes, and start times from /proc.
#include "platform/session_memory.hpp"
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <fcntl.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace brood::platform {

unique_handle make_session_memory(std::uint64_t size) {
    const int fd = ::memfd_create("brood", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd == -1) posix::throw_errno("memfd_create");
    unique_handle memory = posix::above_stdio(fd);
    if (::ftruncate(memory.get(), static_cast<off_t>(size)) == -1) posix::throw_errno("sizing shared memory");
    // Nobody can make it smaller, which would kill those who have it mapped.
    ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
    return memory;
}

void commit_session_memory(handle_t memory, std::byte*, std::uint64_t offset, std::uint64_t size) {
    if (posix::retry([&] {
            return ::fallocate(memory, FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(size));
        }) == -1)
        posix::throw_errno("getting memory that processes share");
}

void sleep_in_place(const sleeping_place& place, std::uint32_t asleep, deadline until) {
    timespec time{};
    if (until) {
        const auto since = std::max(until->time_since_epoch(), std::chrono::steady_clock::duration::zero());
        const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
        time.tv_sec = seconds.count();
        time.tv_nsec = std::chrono::nanoseconds(since - seconds).count();
    }
    // libstdc++'s steady clock is CLOCK_MONOTONIC, the clock of this call's absolute times.
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&place.word), FUTEX_WAIT_BITSET, asleep,
              until ? &time : nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void wake_in_place(const sleeping_place& place) noexcept {
    const int kept = errno;  // may be called in a signal handler
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&place.word), FUTEX_WAKE, 1, nullptr, nullptr, 0);
    errno = kept;
}

// Clock ticks since the system started, as in /proc/PID/stat.
BROOD_CHILD_PATH std::uint64_t process_clock_now() noexcept {
    static const auto ticks = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * ticks +
           static_cast<std::uint64_t>(now.tv_nsec) * ticks / 1'000'000'000;
}

}  // namespace brood::platform
