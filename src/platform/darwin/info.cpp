// SPDX-License-Identifier: MIT
// macOS: what this process is and what it may use.
#include "platform/posix/fd.hpp"
#include "platform/posix/helper_threads.hpp"

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <mach-o/dyld.h>
#include <mach/mach.h>
#include <memory>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace brood::platform {
namespace {

struct program_file {
    std::string path;
    struct stat status {};
    bool known = false;
};

std::string image_path() {
    std::uint32_t size = 0;
    ::_NSGetExecutablePath(nullptr, &size);
    std::string path(size, '\0');
    if (::_NSGetExecutablePath(path.data(), &size) != 0) posix::throw_error(ENOENT, "finding this program's file");
    path.resize(path.find('\0'));
    const std::unique_ptr<char, void (*)(void*)> real(::realpath(path.c_str(), nullptr), &std::free);
    return real ? std::string(real.get()) : path;
}

const program_file& started_from() {
    static const program_file found = [] {
        program_file file;
        file.path = image_path();
        file.known = ::stat(file.path.c_str(), &file.status) == 0;
        return file;
    }();
    return found;
}

}  // namespace

// There is no other way to a replaced file's image here; children find by build id that it is another.
std::string executable_path() {
    const auto& file = started_from();
    struct stat now {};
    if (::stat(file.path.c_str(), &now) == -1) posix::throw_errno("finding this program's file");
    if (file.known && (now.st_dev != file.status.st_dev || now.st_ino != file.status.st_ino))
        posix::throw_error(ENOENT, "this program's file was replaced");
    return file.path;
}

std::size_t thread_count() {
    thread_act_array_t threads = nullptr;
    mach_msg_type_number_t count = 0;
    if (::task_threads(mach_task_self(), &threads, &count) != KERN_SUCCESS)
        posix::throw_error(EPERM, "counting threads");
    for (mach_msg_type_number_t i = 0; i < count; ++i) ::mach_port_deallocate(mach_task_self(), threads[i]);
    ::vm_deallocate(mach_task_self(), reinterpret_cast<vm_address_t>(threads), count * sizeof *threads);
    return count - std::min<std::size_t>(count - 1, posix::helper_threads());
}

std::size_t usable_processors() { return std::max(1u, std::thread::hardware_concurrency()); }

void set_affinity(std::span<const unsigned>) {
    throw std::system_error(std::make_error_code(std::errc::not_supported),
                            "macOS does not bind processes to processors");
}

}  // namespace brood::platform
