// SPDX-License-Identifier: MIT
// Linux: what this machine offers and where it sets limits, from /proc, /sys and the system's own calls.
#include "platform/linux/processors.hpp"
#include "platform/platform.hpp"
#include "platform/posix/machine_limits.hpp"

#include <brood/native/machine.hpp>

#include <cstdlib>
#include <fstream>
#include <gnu/libc-version.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace brood::native {
namespace {

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

// The value of KEY=VALUE, without quotes.
std::string entry_of(const std::string& path, const std::string& key) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(key + "=")) continue;
        std::string value = line.substr(key.size() + 1);
        if (value.size() >= 2 && value.front() == '"') value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

std::string system_name() {
    utsname kernel{};
    ::uname(&kernel);
    std::string name = entry_of("/etc/os-release", "PRETTY_NAME");
    if (name.empty()) name = kernel.sysname;
    return name + ", kernel " + kernel.release;
}

std::string architecture() {
    utsname kernel{};
    ::uname(&kernel);
    const std::string name = kernel.machine;
    return name == "x86_64" ? "x86-64" : name;
}

// "MemTotal:   123 kB"
std::optional<std::uint64_t> memory_entry(const std::string& key) {
    std::ifstream file("/proc/meminfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with(key + ":")) return std::strtoull(line.c_str() + key.size() + 1, nullptr, 10) * 1024;
    return std::nullopt;
}

// The limit of one group; nothing when it has none.
std::optional<std::uint64_t> memory_limit_of(const platform::control_group& group) {
    const std::string text = first_line(group.folder + (group.version_2 ? "/memory.max" : "/memory.limit_in_bytes"));
    if (text.empty() || text == "max") return std::nullopt;
    const std::uint64_t limit = std::strtoull(text.c_str(), nullptr, 10);
    constexpr std::uint64_t as_good_as_none = std::uint64_t{1} << 60;
    return limit < as_good_as_none ? std::optional(limit) : std::nullopt;
}

std::optional<std::uint64_t> memory_limit() {
    std::optional<std::uint64_t> tightest;
    for (const auto& group : platform::control_groups("memory"))
        if (const auto limit = memory_limit_of(group); limit && (!tightest || *limit < *tightest)) tightest = limit;
    return tightest;
}

void describe_shared_memory(machine& found) {
    struct statvfs space {};
    if (::statvfs("/dev/shm", &space) != 0) return;
    found.shared_memory = static_cast<std::uint64_t>(space.f_blocks) * space.f_frsize;
    found.shared_memory_free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
}

std::string container_of_groups() {
    std::ifstream groups("/proc/self/cgroup");
    const std::string text{std::istreambuf_iterator<char>(groups), {}};
    for (const auto& [sign, name] : {std::pair{"kubepods", "Kubernetes"}, {"docker", "Docker"}, {"lxc", "LXC"}})
        if (text.find(sign) != std::string::npos) return name;
    return {};
}

std::string container() {
    if (::access("/.dockerenv", F_OK) == 0) return "Docker";
    if (::access("/run/.containerenv", F_OK) == 0) return "Podman";
    if (const char* name = std::getenv("container"); name != nullptr && *name != '\0') return name;
    if (std::string name = first_line("/run/systemd/container"); !name.empty()) return name;
    return container_of_groups();
}

// "always [madvise] never": the word in brackets.
std::string chosen_word(const std::string& line) {
    const auto begin = line.find('['), end = line.find(']');
    return begin == line.npos || end == line.npos ? std::string() : line.substr(begin + 1, end - begin - 1);
}

bool has_process_handles() {
    const long handle = ::syscall(SYS_pidfd_open, ::getpid(), 0);
    if (handle < 0) return false;
    ::close(static_cast<int>(handle));
    return true;
}

}  // namespace

machine describe_machine() {
    machine found;
    found.system = system_name();
    found.c_library = std::string("glibc ") + gnu_get_libc_version();
    found.architecture = architecture();
    found.processors = static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_ONLN));
    found.usable_processors = platform::processors_by_affinity();
    if (const double quota = platform::processor_quota(); quota > 0) found.quota = quota;
    found.memory = memory_entry("MemTotal");
    found.memory_free = memory_entry("MemAvailable");
    found.memory_limit = memory_limit();
    describe_shared_memory(found);
    platform::posix::describe_limits(found);
    found.container = container();
    if (const std::string scope = first_line("/proc/sys/kernel/yama/ptrace_scope"); !scope.empty())
        found.ptrace_scope = std::atoi(scope.c_str());
    found.process_handles = has_process_handles();
    found.huge_pages = chosen_word(first_line("/sys/kernel/mm/transparent_hugepage/enabled"));
    found.program_build_id = platform::loaded_modules().front().build_id;
    return found;
}

}  // namespace brood::native
