// SPDX-License-Identifier: MIT
// macOS: a memory object whose name is taken away at once, and os_sync_wait_on_address (macOS 14.4). Not run yet.
#include "platform/session_memory.hpp"
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <libproc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

// Declared here since older kits lack <os/os_sync_wait_on_address.h>.
extern "C" {
int os_sync_wait_on_address(void* address, uint64_t value, size_t size, uint32_t flags);
int os_sync_wait_on_address_with_timeout(void* address, uint64_t value, size_t size, uint32_t flags, uint32_t clock,
                                         uint64_t nanoseconds);
int os_sync_wake_by_address_any(void* address, size_t size, uint32_t flags);
}

namespace brood::platform {
namespace {

constexpr std::uint32_t shared_flag = 1;
constexpr std::uint32_t absolute_clock = 32;

}  // namespace

unique_handle make_session_memory(std::uint64_t size) {
    char name[31];  // the system's limit
    for (unsigned attempt = 0;; ++attempt) {
        std::snprintf(name, sizeof name, "/brood.%d.%x.%x", static_cast<int>(::getpid()), attempt, ::arc4random());
        const int fd = ::shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd == -1 && errno == EEXIST && attempt < 100) continue;
        if (fd == -1) posix::throw_errno("shm_open");
        ::shm_unlink(name);
        unique_handle memory = posix::above_stdio(fd);
        ::fcntl(memory.get(), F_SETFD, FD_CLOEXEC);
        if (::ftruncate(memory.get(), static_cast<off_t>(size)) == -1) posix::throw_errno("sizing shared memory");
        return memory;
    }
}

// Memory objects have no way to reserve a part.
void commit_session_memory(handle_t, std::byte*, std::uint64_t, std::uint64_t) {}

void sleep_in_place(const sleeping_place& place, std::uint32_t asleep, deadline until) {
    if (!until) {
        os_sync_wait_on_address(&place.word, asleep, sizeof asleep, shared_flag);
        return;
    }
    const auto left = std::max(*until - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration(1));
    os_sync_wait_on_address_with_timeout(
        &place.word, asleep, sizeof asleep, shared_flag, absolute_clock,
        static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::nanoseconds>(left).count()));
}

void wake_in_place(const sleeping_place& place) noexcept {
    const int kept = errno;
    os_sync_wake_by_address_any(&place.word, sizeof(std::uint32_t), shared_flag);
    errno = kept;
}

std::uint64_t process_clock_now() noexcept {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000ULL + static_cast<std::uint64_t>(now.tv_usec);
}

}  // namespace brood::platform
