// SPDX-License-Identifier: MIT
// Linux: what this process is and what it may use.
#include "platform/linux/processors.hpp"
#include "platform/posix/fd.hpp"
#include "platform/posix/helper_threads.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <sched.h>
#include <sys/stat.h>
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
    const std::size_t allowed = processors_by_affinity();
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
