// SPDX-License-Identifier: MIT
// Linux: what this process is and what it may use.
#include "platform/posix/fd.hpp"
#include "platform/posix/helper_threads.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <sched.h>
#include <sstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

extern "C" [[gnu::weak]] void __tsan_init();  // there in programs with ThreadSanitizer

namespace brood::platform {
namespace {

struct program_file {
    std::string path;
    struct stat status {};
    bool known = false;
};

std::string read_link(const char* path) {
    std::string target(4096, '\0');
    const auto n = ::readlink(path, target.data(), target.size());
    if (n == -1) posix::throw_errno("reading /proc/self/exe");
    target.resize(static_cast<std::size_t>(n));
    return target;
}

// Which file this program was started from, looked at as early as the library is loaded.
const program_file& started_from() {
    static const program_file found = [] {
        program_file file;
        file.path = read_link("/proc/self/exe");
        file.known = ::stat(file.path.c_str(), &file.status) == 0;
        return file;
    }();
    return found;
}

bool is_unchanged(const program_file& file) {
    struct stat now {};
    return file.known && ::stat(file.path.c_str(), &now) == 0 && now.st_dev == file.status.st_dev &&
           now.st_ino == file.status.st_ino && now.st_mtim.tv_sec == file.status.st_mtim.tv_sec &&
           now.st_mtim.tv_nsec == file.status.st_mtim.tv_nsec;
}

// The cgroup's limit in processors: quota divided by period, for version 2 and version 1; 0 when there is none.
double quota_of(const std::string& quota_file, const std::string& period_file) {
    std::string quota;
    double period = 0;
    std::ifstream first(quota_file);
    if (!(first >> quota) || quota == "max") return 0;
    if (period_file.empty()) {
        first >> period;
    } else {
        std::ifstream(period_file) >> period;
    }
    const double limit = std::atof(quota.c_str());
    return limit > 0 && period > 0 ? limit / period : 0;
}

// Visits this process's group in a hierarchy and all groups above it.
double tightest_quota(const std::string& mount, std::string group, bool version_2) {
    double tightest = 0;
    for (;; group.erase(group.rfind('/'))) {
        const std::string at = mount + group;
        const double limit =
            version_2 ? quota_of(at + "/cpu.max", {}) : quota_of(at + "/cpu.cfs_quota_us", at + "/cpu.cfs_period_us");
        if (limit > 0 && (tightest == 0 || limit < tightest)) tightest = limit;
        if (group.rfind('/') == group.npos) return tightest;
    }
}

double processor_quota() {
    std::ifstream groups("/proc/self/cgroup");
    double tightest = 0;
    for (std::string line; std::getline(groups, line);) {
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (first == line.npos || second == line.npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        const bool version_2 = controllers.empty();
        if (!version_2 && (',' + controllers + ',').find(",cpu,") == std::string::npos) continue;
        std::string group = line.substr(second + 1);
        if (group == "/") group.clear();
        const double limit = tightest_quota(version_2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/cpu", group, version_2);
        if (limit > 0 && (tightest == 0 || limit < tightest)) tightest = limit;
    }
    return tightest;
}

std::size_t processors_by_affinity() {
    for (int processors = 1024; processors <= 1 << 20; processors *= 2) {
        const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(processors),
                                                                   [](cpu_set_t* p) { CPU_FREE(p); });
        const std::size_t size = CPU_ALLOC_SIZE(processors);
        if (set && ::sched_getaffinity(0, size, set.get()) == 0)
            return static_cast<std::size_t>(CPU_COUNT_S(size, set.get()));
    }
    return std::max(1u, std::thread::hardware_concurrency());
}

// ThreadSanitizer has one of its own as soon as the program starts its first, and takes care of it at a fork.
std::size_t sanitizer_threads() { return __tsan_init != nullptr ? 1 : 0; }

}  // namespace

std::string executable_path() {
    const auto& file = started_from();
    if (is_unchanged(file)) return file.path;
    const std::string image = "/proc/" + std::to_string(::getpid()) + "/exe";
    if (::access(image.c_str(), X_OK) == -1) posix::throw_errno("finding this program's file");
    return image;
}

std::size_t thread_count() {
    struct stat tasks {};
    if (::stat("/proc/self/task", &tasks) == -1) posix::throw_errno("counting threads");
    const auto count = static_cast<std::size_t>(tasks.st_nlink) - 2;  // a directory for each, besides . and ..
    return count - std::min(count - 1, posix::helper_threads() + sanitizer_threads());
}

std::size_t usable_processors() {
    const std::size_t allowed = std::max<std::size_t>(1, processors_by_affinity());
    const double quota = processor_quota();
    if (quota <= 0) return allowed;
    return std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(quota)), 1, allowed);
}

void set_affinity(std::span<const unsigned> processors) {
    const unsigned highest = processors.empty() ? 0 : *std::max_element(processors.begin(), processors.end());
    const auto count = static_cast<int>(highest) + 1;
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(CPU_ALLOC(count), [](cpu_set_t* p) { CPU_FREE(p); });
    if (!set) posix::throw_error(ENOMEM, "sched_setaffinity");
    const std::size_t size = CPU_ALLOC_SIZE(count);
    CPU_ZERO_S(size, set.get());
    for (unsigned processor : processors) CPU_SET_S(processor, size, set.get());
    if (::sched_setaffinity(0, size, set.get()) == -1) posix::throw_errno("sched_setaffinity");
}

}  // namespace brood::platform
