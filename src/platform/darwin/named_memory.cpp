// SPDX-License-Identifier: MIT
// macOS: shared memory objects have names of 30 characters at most, in the kernel alone, and no number that tells one
// from another. The entry of a session's folder is written before the object is made; its key is a number of its own.
#include "platform/posix/session_folder.hpp"

#include <atomic>
#include <fcntl.h>
#include <libproc.h>
#include <limits>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brood::platform {
namespace {

constexpr std::size_t longest_name = 30;  // 31 with the slash

// Takes the entry, and the object, away again unless both are to stay.
class attempt {
public:
    attempt(handle_t folder, const std::string& name) : folder_(folder), name_(name) {
        static std::atomic<unsigned> made{0};
        key_ = std::to_string(current_process_id()) + "." + std::to_string(made++);
        posix::enter_name(folder_, key_, name_);
    }
    ~attempt() {
        if (kept_) return;
        if (object_) ::shm_unlink(posix::object_name(name_).c_str());
        posix::forget_name(folder_, key_);
    }
    attempt(const attempt&) = delete;
    attempt& operator=(const attempt&) = delete;

    handle_t make(std::size_t size) {
        const fork_exclusion until_marked;
        const int fd = ::shm_open(posix::object_name(name_).c_str(), O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd == -1) posix::throw_errno("making shared memory");
        object_ = posix::own(posix::above_stdio(fd));
        ::fcntl(object_.get(), F_SETFD, FD_CLOEXEC);
        if (::ftruncate(object_.get(), static_cast<off_t>(size)) == -1) posix::throw_errno("sizing shared memory");
        return object_.get();
    }
    void keep() noexcept { kept_ = true; }

private:
    const handle_t folder_;
    const std::string name_;
    std::string key_;
    unique_handle object_;
    bool kept_ = false;
};

}  // namespace

std::uint64_t process_birth(process_id pid) noexcept {
    proc_bsdinfo info{};
    if (::proc_pidinfo(static_cast<int>(pid), PROC_PIDTBSDINFO, 0, &info, sizeof info) != sizeof info) return 0;
    return info.pbi_start_tvsec * 1'000'000 + info.pbi_start_tvusec;
}

std::string posix::sessions_parent() {
    char text[PATH_MAX];
    const auto size = ::confstr(_CS_DARWIN_USER_TEMP_DIR, text, sizeof text);
    return size > 1 && size <= sizeof text ? std::string(text, size - 1) : std::string("/tmp");
}

std::uint64_t posix::pid_namespace() noexcept { return 0; }

std::string posix::key_of(const std::string& name, const session& here) {
    const unique_handle folder(::open(session_path(here).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return {};
    for (const auto& key : list(folder.get()))
        if (name_of(folder.get(), key) == name) return key;
    return {};
}

bool posix::is_named(handle_t, const std::string&, const std::string& name) noexcept {
    const unique_handle object(::shm_open(object_name(name).c_str(), O_RDONLY, 0));
    return static_cast<bool>(object);
}

void posix::remove_named(handle_t, const std::string&, const std::string& name) noexcept {
    ::shm_unlink(object_name(name).c_str());
}

mapped_memory create_named_memory(const std::string& name, std::size_t size, const session& owner) {
    if (name.size() > longest_name) posix::throw_error(ENAMETOOLONG, "making shared memory");
    if (size > static_cast<std::size_t>(std::numeric_limits<off_t>::max())) posix::throw_error(EFBIG, "shared memory");
    const handle_t folder = posix::join_session(owner);
    attempt object(folder, name);
    auto memory = posix::map_shared(object.make(size), size);
    object.keep();
    return memory;
}

}  // namespace brood::platform
