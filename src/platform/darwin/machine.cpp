// SPDX-License-Identifier: MIT
// macOS: what this machine offers and where it sets limits, from sysctl.
#include "platform/platform.hpp"
#include "platform/posix/machine_limits.hpp"

#include <brood/native/machine.hpp>

#include <mach/mach.h>
#include <sys/sysctl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace brood::native {
namespace {

std::string text_of(const char* name) {
    std::size_t size = 0;
    if (::sysctlbyname(name, nullptr, &size, nullptr, 0) != 0 || size == 0) return {};
    std::string text(size, '\0');
    if (::sysctlbyname(name, text.data(), &size, nullptr, 0) != 0) return {};
    text.resize(text.find('\0') == text.npos ? size : text.find('\0'));
    return text;
}

std::optional<std::uint64_t> number_of(const char* name) {
    std::uint64_t value = 0;
    std::size_t size = sizeof value;
    if (::sysctlbyname(name, &value, &size, nullptr, 0) != 0) return std::nullopt;
    return value;
}

std::optional<std::uint64_t> free_memory() {
    vm_statistics64_data_t counts{};
    mach_msg_type_number_t size = HOST_VM_INFO64_COUNT;
    if (::host_statistics64(::mach_host_self(), HOST_VM_INFO64, reinterpret_cast<host_info64_t>(&counts), &size) !=
        KERN_SUCCESS)
        return std::nullopt;
    return static_cast<std::uint64_t>(counts.free_count + counts.inactive_count) *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

machine describe_machine() {
    utsname kernel{};
    ::uname(&kernel);
    machine found;
    found.system = "macOS " + text_of("kern.osproductversion") + ", kernel " + kernel.release;
    found.c_library = "libSystem";
    found.architecture = kernel.machine;
    found.processors = static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_ONLN));
    found.usable_processors = platform::usable_processors();
    found.memory = number_of("hw.memsize");
    found.memory_free = free_memory();
    platform::posix::describe_limits(found);
    found.process_handles = true;  // kqueue's
    found.program_build_id = platform::loaded_modules().front().build_id;
    return found;
}

}  // namespace brood::native
