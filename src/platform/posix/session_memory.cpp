// SPDX-License-Identifier: MIT
// How much address space there is for a session's memory.
#include "platform/session_memory.hpp"
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/resource.h>

namespace brood::platform {
namespace {

constexpr std::uint64_t smallest = std::uint64_t{16} << 20;
constexpr std::uint64_t largest = std::uint64_t{64} << 30;

std::uint64_t wanted_size() {
    const char* given = std::getenv("BROOD_ARENA_SIZE");
    const std::uint64_t wanted = given == nullptr ? largest : std::strtoull(given, nullptr, 10);
    return std::bit_floor(std::clamp(wanted, smallest, largest));
}

// Of a limited address space the session takes an eighth.
std::uint64_t allowed_size() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return largest;
    return std::max(smallest, std::bit_floor(static_cast<std::uint64_t>(limit.rlim_cur / 8)));
}

bool can_map(std::uint64_t size) {
    void* const at = ::mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return false;
    ::munmap(at, size);
    return true;
}

std::atomic<std::uint64_t> session_bytes{0};

}  // namespace

std::uint64_t posix::mapped_session_bytes() noexcept { return session_bytes.load(); }

std::uint64_t session_memory_size() {
    std::uint64_t size = std::min(wanted_size(), allowed_size());
    while (size > smallest && !can_map(size)) size /= 2;
    return size;
}

std::byte* map_session_memory(handle_t memory, std::uint64_t size) {
    void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
    if (at == MAP_FAILED) posix::throw_errno("mapping the memory that processes share");
#if defined(MADV_DONTDUMP)
    ::madvise(at, size, MADV_DONTDUMP);
#endif
    session_bytes += size;
    return static_cast<std::byte*>(at);
}

void unmap_session_memory(const std::byte* base, std::uint64_t size) noexcept {
    ::munmap(const_cast<std::byte*>(base), size);
    session_bytes -= size;
}

void prepare_session_tables(std::byte*, std::uint64_t) {}

unique_handle find_process(process_id pid) {
    try {
        return posix::open_process(pid);
    } catch (const std::system_error&) {
        return {};
    }
}

bool is_gone(process_id pid) noexcept {
    try {
        const auto process = posix::open_process(pid);
        const waitable end{waitable::kind::process, process.get()};
        return !wait_many({&end, 1}, std::chrono::steady_clock::time_point::min()).empty();
    } catch (const std::system_error& e) {
        return e.code() == std::errc::no_such_process;
    } catch (const std::exception&) {
        return false;
    }
}

}  // namespace brood::platform
