// SPDX-License-Identifier: MIT
// Linux: shared memory objects are files in /dev/shm. One is made without a name, at its full size, in the session's
// folder; then its entry is written, and last it gets its name. So whoever attaches finds it whole, and a death at any
// point leaves nothing that is not recorded. The key of an entry is the object's inode number.
#include "platform/posix/held_signal.hpp"
#include "platform/posix/session_folder.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <limits>
#include <memory>
#include <string_view>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace brood::platform {

namespace {

constexpr const char* objects = "/dev/shm";

std::string path_of(const std::string& name) { return std::string(objects) + "/" + name; }

// The object that is being made: "+..." in the session's folder until its end.
class unnamed_object {
public:
    explicit unnamed_object(handle_t folder) : folder_(folder) {
        static std::atomic<unsigned> made{0};
        do {
            key_ = "+" + std::to_string(current_process_id()) + "." + std::to_string(made++);
            const fork_exclusion until_marked;
            const int fd = ::openat(folder, key_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
            if (fd == -1 && errno != EEXIST) posix::throw_errno("making shared memory");
            if (fd != -1) file_ = posix::own(posix::above_stdio(fd));
        } while (!file_);
    }
    ~unnamed_object() { posix::forget_name(folder_, key_); }
    unnamed_object(const unnamed_object&) = delete;
    unnamed_object& operator=(const unnamed_object&) = delete;

    handle_t file() const noexcept { return file_.get(); }
    void give_name(const std::string& name) const {
        if (::linkat(folder_, key_.c_str(), AT_FDCWD, path_of(name).c_str(), 0) == -1)
            posix::throw_errno("naming shared memory");
    }

private:
    const handle_t folder_;
    std::string key_;
    unique_handle file_;
};

constexpr std::size_t step = std::size_t{16} << 20;  // of what is set aside at once

// What the machine could still give out; all there is when it does not tell.
std::uint64_t available_memory() {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/meminfo", "re"), &std::fclose);
    if (!file) return std::numeric_limits<std::uint64_t>::max();
    std::uint64_t total = 0;
    bool told = false;
    char text[256];
    while (std::fgets(text, sizeof text, file.get()) != nullptr) {
        const std::string_view line = text;
        const bool memory = line.starts_with("MemAvailable:");
        if (!memory && !line.starts_with("SwapFree:")) continue;
        total += std::uint64_t{1024} * std::strtoull(text + line.find(':') + 1, nullptr, 10);
        told |= memory;
    }
    return told ? total : std::numeric_limits<std::uint64_t>::max();
}

// The file system may be larger than the machine's memory: then filling it would bring no error, but the kernel's
// killer.
void refuse_what_cannot_be(handle_t file, std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<off_t>::max())) posix::throw_error(EFBIG, "shared memory");
    struct statvfs status {};
    if (::fstatvfs(file, &status) == 0 && size / status.f_frsize > status.f_bavail && status.f_blocks != 0)
        posix::throw_error(ENOSPC, "setting shared memory aside");
    if (size > step && size > available_memory()) posix::throw_error(ENOMEM, "setting shared memory aside");
}

// Sets all of it aside. In steps: one that a signal interrupts is undone and has to begin again.
void set_aside(handle_t file, std::size_t size) {
    refuse_what_cannot_be(file, size);
    if (::ftruncate(file, static_cast<off_t>(size)) == -1) posix::throw_errno("sizing shared memory");
    for (std::size_t at = 0; at < size; at += step) {
        const auto part = static_cast<off_t>(std::min(step, size - at));
        int error = EINTR;
        while (error == EINTR) error = ::posix_fallocate(file, static_cast<off_t>(at), part);
        if (error != 0) posix::throw_error(error, "setting shared memory aside");
    }
}

std::string inode_of(const struct stat& status) { return std::to_string(status.st_ino); }

// Takes the entry out again when the object did not get its name.
class entry {
public:
    entry(handle_t folder, std::string key, const std::string& name) : folder_(folder), key_(std::move(key)) {
        posix::enter_name(folder_, key_, name);
    }
    ~entry() {
        if (!keep_) posix::forget_name(folder_, key_);
    }
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    void keep() noexcept { keep_ = true; }

private:
    const handle_t folder_;
    const std::string key_;
    bool keep_ = false;
};

}  // namespace

std::uint64_t process_birth(process_id pid) noexcept {
    char text[1024];
    std::snprintf(text, sizeof text, "/proc/%lld/stat", static_cast<long long>(pid));
    const unique_handle file(::open(text, O_RDONLY | O_CLOEXEC));
    const auto size = file ? posix::retry([&] { return ::read(file.get(), text, sizeof text - 1); }) : -1;
    if (size <= 0) return 0;
    text[size] = '\0';
    const std::string_view all(text, static_cast<std::size_t>(size));
    auto at = all.rfind(')');  // the name before it may hold anything
    if (at == std::string_view::npos || at + 2 >= all.size()) return 0;
    const char state = all[at + 2];
    if (state == 'Z' || state == 'X') return 0;
    constexpr int fields = 20;  // from the name to the time of the start
    for (int i = 0; i < fields && at != std::string_view::npos; ++i) at = all.find(' ', at + 1);
    return at == std::string_view::npos ? 0 : std::strtoull(text + at, nullptr, 10);
}

std::string posix::sessions_parent() { return objects; }

std::uint64_t posix::pid_namespace() noexcept {
    struct stat status {};
    return ::stat("/proc/self/ns/pid", &status) == 0 ? status.st_ino : 0;
}

std::string posix::key_of(const std::string& name, const session&) {
    struct stat status {};
    return ::lstat(path_of(name).c_str(), &status) == 0 ? inode_of(status) : std::string();
}

bool posix::is_named(handle_t, const std::string& key, const std::string& name) noexcept {
    struct stat status {};
    return ::lstat(path_of(name).c_str(), &status) == 0 && S_ISREG(status.st_mode) && inode_of(status) == key;
}

void posix::remove_named(handle_t folder, const std::string& key, const std::string& name) noexcept {
    if (is_named(folder, key, name)) ::unlink(path_of(name).c_str());
}

mapped_memory create_named_memory(const std::string& name, std::size_t size, const session& owner) {
    const handle_t folder = posix::join_session(owner);
    posix::purge_names(folder);
    const unnamed_object object(folder);
    {
        const posix::held_signal guard(SIGXFSZ);
        set_aside(object.file(), size);
    }
    auto memory = posix::map_shared(object.file(), size);
    struct stat status {};
    if (::fstat(object.file(), &status) == -1) posix::throw_errno("looking at shared memory");
    entry record(folder, inode_of(status), name);
    object.give_name(name);
    record.keep();
    return memory;
}

}  // namespace brood::platform
