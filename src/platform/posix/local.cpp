// SPDX-License-Identifier: MIT
// Links to processes of this machine by name: AF_UNIX sockets. Those with a path leave a file behind when their process
// is killed; the next one that wants the path finds out that nobody listens there, and takes it.
#include "platform/posix/listen.hpp"
#include "platform/posix/local_name.hpp"
#include "platform/posix/socket_io.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace brood::platform {

posix::local_name posix::name_by_path(const std::string& path) {
    local_name made;
    if (path.size() >= sizeof made.address.sun_path) throw_error(ENAMETOOLONG, "the path of a socket");
    if (path.find('\0') != path.npos) throw_error(EINVAL, "the path of a socket holds a zero character");
    made.address.sun_family = AF_UNIX;
    std::memcpy(made.address.sun_path, path.c_str(), path.size() + 1);
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + 1);
    made.path = path;
    return made;
}

namespace {

posix::local_name name_of(const std::string& name) {
    return name.starts_with('/') ? posix::name_by_path(name) : posix::name_by_word(name);
}

const sockaddr* as_address(const posix::local_name& name) { return reinterpret_cast<const sockaddr*>(&name.address); }

// Keeps others, who look for a dead socket in the same folder, waiting as long as it lives. Without the right to read
// the folder there is no such order, and dead sockets are left alone.
unique_handle lock_folder_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    const std::string folder = slash == 0 ? "/" : path.substr(0, slash);
    const int fd = posix::retry([&] { return ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd == -1) return {};
    auto locked = posix::above_stdio(fd);
    if (posix::retry([&] { return ::flock(locked.get(), LOCK_EX); }) == -1) return {};
    return locked;
}

// Whether a socket is there, and nobody listens on it.
bool is_dead(const posix::local_name& name) {
    struct stat status {};
    if (::lstat(name.path.c_str(), &status) == -1 || !S_ISSOCK(status.st_mode)) return false;
    const auto probe = posix::make_socket(AF_UNIX);
    posix::set_blocking(probe.get(), false);
    return ::connect(probe.get(), as_address(name), name.size) == -1 && errno == ECONNREFUSED;
}

class local_acceptor final : public posix::socket_acceptor {
public:
    local_acceptor(unique_handle socket, std::string path)
        : socket_acceptor(std::move(socket)), path_(std::move(path)), made_in_(current_process_id()) {
        struct stat status {};
        if (!path_.empty() && ::lstat(path_.c_str(), &status) == 0) file_ = {status.st_dev, status.st_ino};
    }
    local_acceptor(const local_acceptor&) = delete;
    local_acceptor& operator=(const local_acceptor&) = delete;
    // A forked child has a copy of this object, but the file is its parent's.
    ~local_acceptor() override {
        struct stat status {};
        if (path_.empty() || made_in_ != current_process_id() || ::lstat(path_.c_str(), &status) == -1) return;
        if (file_ == std::pair(status.st_dev, status.st_ino)) ::unlink(path_.c_str());
    }

private:
    std::string path_;
    process_id made_in_;
    std::pair<dev_t, ino_t> file_{};
};

// The time that is left, for the socket's own limit, which cannot be zero: that means none.
timeval time_left(const deadline& until) {
    if (!until) return {};
    const auto left = std::max(*until - std::chrono::steady_clock::now(), std::chrono::steady_clock::duration::zero());
    const auto us = std::min<std::int64_t>(std::chrono::ceil<std::chrono::microseconds>(left).count() + 1,
                                           std::int64_t{1'000'000} * 1'000'000);
    timeval value{};
    value.tv_sec = static_cast<time_t>(us / 1'000'000);
    value.tv_usec = static_cast<suseconds_t>(us % 1'000'000);
    return value;
}

void limit_sending(int fd, const timeval& time) {
    if (::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) == -1) posix::throw_errno("SO_SNDTIMEO");
}

}  // namespace

std::unique_ptr<acceptor> listen_local(const std::string& name) {
    const auto wanted = name_of(name);
    auto socket = posix::make_socket(AF_UNIX);
    const auto order = wanted.path.empty() ? unique_handle() : lock_folder_of(wanted.path);
    if (order && is_dead(wanted)) ::unlink(wanted.path.c_str());
    if (::bind(socket.get(), as_address(wanted), wanted.size) == -1) posix::throw_errno("bind");
    return std::make_unique<local_acceptor>(std::move(socket), wanted.path);
}

// A connection waits for room in the queue of the one that listens, for as long as the socket's limit for sending says.
link connect_local(const std::string& name, deadline until) {
    const auto wanted = name_of(name);
    auto socket = posix::make_socket(AF_UNIX);
    if (until) limit_sending(socket.get(), time_left(until));
    if (posix::retry([&] { return ::connect(socket.get(), as_address(wanted), wanted.size); }) == -1) {
        if (until && posix::would_block()) return {};
        posix::throw_errno("connect");
    }
    if (until) limit_sending(socket.get(), {});
    return {socket.release(), link_kind::stream};
}

}  // namespace brood::platform
