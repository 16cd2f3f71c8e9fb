// SPDX-License-Identifier: MIT
// Linux: one process reads or writes the memory of another without a buffer between (process_vm_readv(2)).
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace brood::platform {
namespace {

constexpr std::size_t largest_step = std::size_t{1} << 30;
constexpr std::size_t huge_page = std::size_t{2} << 20;

// Calls `transfer(local, remote)` until `size` bytes went through.
template <class Transfer>
bool in_steps(std::byte* local, std::uint64_t remote, std::size_t size, Transfer transfer) noexcept {
    while (size > 0) {
        const std::size_t step = std::min(size, largest_step);
        const iovec here{local, step};
        const iovec there{reinterpret_cast<void*>(static_cast<std::uintptr_t>(remote)), step};
        const auto n = posix::retry([&] { return transfer(&here, &there); });
        if (n <= 0) return false;
        local += n;
        remote += static_cast<std::uint64_t>(n);
        size -= static_cast<std::size_t>(n);
    }
    return true;
}

// process_vm_readv(2) would first give the child a copy of its own of each page that it still has in common with this
// process; its memory file is read without.
bool read_memory_file(process_id pid, std::uint64_t address, std::span<std::byte> to) noexcept {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/mem", static_cast<int>(pid));
    const unique_handle memory(posix::retry([&] { return ::open(path, O_RDONLY | O_CLOEXEC); }));
    while (memory && !to.empty()) {
        const auto n = posix::retry([&] {
            return ::pread(memory.get(), to.data(), std::min(to.size(), largest_step), static_cast<off_t>(address));
        });
        if (n <= 0) return false;
        address += static_cast<std::uint64_t>(n);
        to = to.subspan(static_cast<std::size_t>(n));
    }
    return static_cast<bool>(memory);
}

}  // namespace

bool copy_to_process(const child& process, std::uint64_t remote_address, std::span<const std::byte> from) noexcept {
    return in_steps(const_cast<std::byte*>(from.data()), remote_address, from.size(),
                    [&](const iovec* here, const iovec* there) {
                        return ::process_vm_writev(static_cast<pid_t>(process.pid), here, 1, there, 1, 0);
                    });
}

bool copy_from_process(const child& process, std::uint64_t remote_address, std::span<std::byte> to) noexcept {
    if (process.forked && read_memory_file(process.pid, remote_address, to)) return true;
    return in_steps(to.data(), remote_address, to.size(), [&](const iovec* here, const iovec* there) {
        return ::process_vm_readv(static_cast<pid_t>(process.pid), here, 1, there, 1, 0);
    });
}

void prepare_to_fill(void* address, std::size_t size) noexcept {
    const auto begin = (reinterpret_cast<std::uintptr_t>(address) + huge_page - 1) / huge_page * huge_page;
    const auto end = (reinterpret_cast<std::uintptr_t>(address) + size) / huge_page * huge_page;
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

// Only whole pages: those at the edges are other values' as well, and there already.
bool supply_pages(void* address, std::size_t size) noexcept {
#if defined(MADV_POPULATE_WRITE)
    constexpr std::uintptr_t page = 4096;
    const auto begin = (reinterpret_cast<std::uintptr_t>(address) + page - 1) / page * page;
    const auto end = (reinterpret_cast<std::uintptr_t>(address) + size) / page * page;
    return begin >= end || ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE) == 0;
#else
    static_cast<void>(address);
    static_cast<void>(size);
    return false;
#endif
}

}  // namespace brood::platform
