// SPDX-License-Identifier: MIT
// Files by descriptor, unbuffered.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"
#include "platform/posix/held_signal.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace brood::platform {
namespace {

constexpr std::size_t largest_transfer = std::size_t{1} << 30;

BROOD_CHILD_PATH int open_flags(const file_mode& mode) {
    const bool write = mode.write || mode.append;
    int flags = O_CLOEXEC | (mode.read && write ? O_RDWR : write ? O_WRONLY : O_RDONLY);
    if (mode.append) flags |= O_APPEND;
    if (mode.create) flags |= O_CREAT;
    if (mode.truncate) flags |= O_TRUNC;
    if (mode.exclusive) flags |= O_EXCL;
    return flags;
}

// Regular files cannot raise SIGPIPE and cost no more than this look.
bool may_raise_pipe_signal(handle_t file) noexcept {
    struct stat status {};
    return ::fstat(file, &status) == -1 || !S_ISREG(status.st_mode);
}

}  // namespace

BROOD_CHILD_PATH unique_handle open_file(const std::string& path, file_mode mode) {
    if (!mode.read && !mode.write && !mode.append)
        posix::throw_error(EINVAL, "a file is opened to read, write or append");
    const int fd = posix::retry([&] { return ::open(path.c_str(), open_flags(mode), 0666); });
    if (fd == -1) posix::throw_errno(("opening " + path).c_str());
    return posix::above_stdio(fd);
}

unique_handle open_for_stdio(const std::string& path, bool write) {
    return open_file(path, {.read = !write, .write = write, .create = write, .truncate = write});
}

std::size_t read_file(handle_t file, std::span<std::byte> into) {
    const auto n = posix::retry([&] { return ::read(file, into.data(), std::min(into.size(), largest_transfer)); });
    if (n == -1) posix::throw_errno("reading a file");
    return static_cast<std::size_t>(n);
}

std::size_t write_file(handle_t file, std::span<const std::byte> from) {
    std::optional<posix::held_signal> guard;
    if (may_raise_pipe_signal(file)) guard.emplace(SIGPIPE);
    for (auto left = from; !left.empty();) {
        const auto n =
            posix::retry([&] { return ::write(file, left.data(), std::min(left.size(), largest_transfer)); });
        if (n == -1) posix::throw_errno("writing a file");
        left = left.subspan(static_cast<std::size_t>(n));
    }
    return from.size();
}

std::uint64_t seek_file(handle_t file, std::int64_t offset, seek_from whence) {
    const int from = whence == seek_from::begin ? SEEK_SET : whence == seek_from::current ? SEEK_CUR : SEEK_END;
    const off_t position = ::lseek(file, offset, from);
    if (position == -1) posix::throw_errno("seeking in a file");
    return static_cast<std::uint64_t>(position);
}

}  // namespace brood::platform
