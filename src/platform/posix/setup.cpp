// SPDX-License-Identifier: MIT
// What a child does to itself before it runs its target.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern "C" char** environ;  // POSIX: the process's environment, declared by the program

namespace brood::platform {

std::vector<std::string> environment() {
    std::vector<std::string> all;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) all.emplace_back(*entry);
    return all;
}

void set_environment(std::span<const std::string> all) {
    std::vector<std::string> names;
    for (const auto& entry : environment()) names.push_back(entry.substr(0, entry.find('=')));
    for (const auto& name : names) ::unsetenv(name.c_str());
    for (const auto& entry : all) {
        const auto split = entry.find('=');
        if (split == entry.npos || split == 0) continue;  // not a variable; nothing could read it
        if (::setenv(entry.substr(0, split).c_str(), entry.c_str() + split + 1, 1) == -1) posix::throw_errno("setenv");
    }
}

std::string working_directory() {
    std::string path(256, '\0');
    while (::getcwd(path.data(), path.size()) == nullptr) {
        if (errno != ERANGE) posix::throw_errno("getcwd");
        path.resize(path.size() * 2);
    }
    path.resize(path.find('\0'));
    return path;
}

void set_working_directory(const std::string& directory) {
    if (::chdir(directory.c_str()) == -1) posix::throw_errno(("changing to directory " + directory).c_str());
}

BROOD_CHILD_PATH void set_standard_streams(std::span<const stdio_target, 3> streams) {
    for (int number = 0; number < 3; ++number) {
        const auto& stream = streams[static_cast<std::size_t>(number)];
        if (stream.what == stdio_target::kind::inherit) continue;
        if (number != 0) std::fflush(number == 1 ? stdout : stderr);  // what was printed so far goes where it led
        unique_handle null;
        if (stream.what == stdio_target::kind::null) null = open_file("/dev/null", {.read = true, .write = true});
        const int source = null ? null.get() : stream.handle;
        if (posix::retry([&] { return ::dup2(source, number); }) == -1) posix::throw_errno("redirecting a stream");
    }
}

handle_t standard_stream(int number) noexcept { return ::fcntl(number, F_GETFD) == -1 ? no_handle() : number; }

std::string stream_identity(int number) {
    struct stat status {};
    if (::fstat(number, &status) == -1) return "closed";
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino) + ":" + std::to_string(status.st_rdev);
}

void set_niceness(int niceness) {
    if (::setpriority(PRIO_PROCESS, 0, niceness) == -1) posix::throw_errno("setpriority");
}

void set_memory_limit(std::uint64_t bytes) {
    const auto all = static_cast<rlim_t>(bytes + posix::mapped_session_bytes());
    const rlimit limit{all, all};
    if (::setrlimit(RLIMIT_AS, &limit) == -1) posix::throw_errno("setrlimit(RLIMIT_AS)");
}

void place_handle(unique_handle handle, handle_t wanted) {
    if (handle.get() == wanted) {
        handle.release();
        return;
    }
    if (posix::retry([&] { return ::dup2(handle.get(), wanted); }) == -1) posix::throw_errno("dup2");
}

void clear_places(handle_t highest, std::span<unique_handle* const> handles) {
    for (auto* handle : handles) posix::move_above(*handle, highest);
    posix::move_lifeline_above(highest);
}

BROOD_CHILD_PATH void exit_now(int code) noexcept { std::_Exit(code); }

}  // namespace brood::platform
