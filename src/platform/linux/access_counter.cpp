// SPDX-License-Identifier: MIT
// Linux: the processor's watchpoints, by the kernel's performance events. Each place takes two: one counts every access
// (x86 has none for reads alone), one the writes.
#include "platform/process_image.hpp"

#include "platform/posix/fd.hpp"

#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace brood::platform {
namespace {

// The longest length that a watchpoint can have there.
std::uint64_t length_at(std::uintptr_t address, std::size_t size) {
    for (std::uint64_t length : {8u, 4u, 2u})
        if (address % length == 0 && size >= length) return length;
    return 1;
}

int try_watch(perf_event_attr& wanted, bool with_kernel) noexcept {
    wanted.exclude_kernel = with_kernel ? 0 : 1;
    return static_cast<int>(::syscall(SYS_perf_event_open, &wanted, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

// What the kernel reads for the program (a write of a buffer) counts where the user may see it.
unique_handle watch(const void* address, std::size_t size, std::uint32_t kind) {
    perf_event_attr wanted{};
    wanted.size = sizeof wanted;
    wanted.type = PERF_TYPE_BREAKPOINT;
    wanted.bp_type = kind;
    wanted.bp_addr = reinterpret_cast<std::uintptr_t>(address);
    wanted.bp_len = length_at(reinterpret_cast<std::uintptr_t>(address), size);
    wanted.exclude_hv = 1;
    wanted.inherit = 1;
    const fork_exclusion until_marked;
    int counter = try_watch(wanted, true);
    if (counter < 0) counter = try_watch(wanted, false);
    if (counter < 0) posix::throw_errno("setting a watchpoint");
    return posix::own(posix::above_stdio(counter));
}

std::uint64_t count_of(const unique_handle& counter) {
    std::uint64_t count = 0;
    if (::read(counter.get(), &count, sizeof count) != sizeof count) posix::throw_errno("reading a watchpoint");
    return count;
}

}  // namespace

access_counter::access_counter(const void* address, std::size_t size)
    : all_(watch(address, size, HW_BREAKPOINT_RW)), writes_(watch(address, size, HW_BREAKPOINT_W)) {}

access_counter::counts access_counter::read() const { return {count_of(all_), count_of(writes_)}; }

}  // namespace brood::platform
