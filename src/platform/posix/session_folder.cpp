// SPDX-License-Identifier: MIT
#include "platform/posix/session_folder.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brood::platform::posix {
namespace {

// An open descriptor, or none with errno as it was.
unique_handle taken(int fd) { return fd == -1 ? unique_handle() : own(above_stdio(fd)); }

bool is_temporary(const std::string& key) { return key.starts_with('+'); }

bool same_file(handle_t open, const std::string& path) {
    struct stat first {
    }, second{};
    return ::fstat(open, &first) == 0 && ::lstat(path.c_str(), &second) == 0 && first.st_ino == second.st_ino &&
           first.st_dev == second.st_dev;
}

// Opens the folder of a session if it is this user's own.
unique_handle open_folder(const std::string& path) {
    auto folder = taken(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (folder && (::fstat(folder.get(), &status) == -1 || status.st_uid != ::geteuid())) {
        folder.reset();
        errno = EACCES;
    }
    return folder;
}

// Opens and locks the folder, making it if need be; it may be removed by others until the lock is held.
unique_handle open_locked(const std::string& path) {
    for (;;) {
        if (::mkdir(path.c_str(), 0700) == -1 && errno != EEXIST) throw_errno(("making " + path).c_str());
        auto folder = open_folder(path);
        if (!folder && errno == ENOENT) continue;
        if (!folder) throw_errno(("opening " + path).c_str());
        if (retry([&] { return ::flock(folder.get(), LOCK_SH); }) == -1) throw_errno(("locking " + path).c_str());
        if (same_file(folder.get(), path)) return folder;
    }
}

// Removes all names and the folder.
void sweep(handle_t folder, const std::string& path) {
    for (const auto& key : list(folder)) {
        if (const auto name = name_of(folder, key); !name.empty() && name.find('/') == std::string::npos)
            remove_named(folder, key, name);
        ::unlinkat(folder, key.c_str(), 0);
    }
    if (same_file(folder, path)) ::rmdir(path.c_str());
}

struct membership {
    const process_id owner = current_process_id();
    std::mutex mutex;
    std::string path;
    unique_handle folder;
};

// Never freed; a forked copy of the process gets a fresh one.
membership& this_membership() {
    static std::atomic<membership*> current{nullptr};
    membership* known = current.load();
    if (known != nullptr && known->owner == current_process_id()) return *known;
    auto* fresh = new membership;
    if (current.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

bool is_alive(const session& one) { return process_birth(one.root) == one.born && one.born != 0; }

std::string prefix() { return "brood-" + std::to_string(::geteuid()) + "-"; }

// Takes a number and what separates it from the next; false when there is none.
bool take_number(std::string_view& text, std::uint64_t& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.starts_with('-')) text.remove_prefix(1);
    return true;
}

// Reads "<pid namespace>-<root>-<born>"; false when it is no such text.
bool parse(std::string_view text, std::uint64_t& space, session& found) {
    std::uint64_t root = 0;
    if (!take_number(text, space) || !take_number(text, root) || !take_number(text, found.born) || !text.empty())
        return false;
    found.root = static_cast<process_id>(root);
    return true;
}

// Ends one session if nobody holds it any more. Process numbers of another container mean nothing here: then the lock
// alone tells.
void end_if_dead(const std::string& name) {
    session found;
    std::uint64_t space = 0;
    if (!parse(std::string_view(name).substr(prefix().size()), space, found)) return;
    if (space == pid_namespace() && is_alive(found)) return;
    const std::string path = sessions_parent() + "/" + name;
    const auto folder = open_folder(path);
    if (!folder || ::flock(folder.get(), LOCK_EX | LOCK_NB) == -1) return;
    sweep(folder.get(), path);
}

}  // namespace

std::vector<std::string> list(handle_t folder) {
    std::vector<std::string> names;
    const int again = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // the position of `folder` is shared
    if (again == -1) return names;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), &::closedir);
    if (!stream) {
        ::close(again);
        return names;
    }
    while (const dirent* entry = ::readdir(stream.get()))
        if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    return names;
}

std::string name_of(handle_t folder, const std::string& key) {
    char text[NAME_MAX + 1];
    const auto size = ::readlinkat(folder, key.c_str(), text, sizeof text);
    return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
}

std::string session_path(const session& owner) {
    return sessions_parent() + "/" + prefix() + std::to_string(pid_namespace()) + "-" + std::to_string(owner.root) +
           "-" + std::to_string(owner.born);
}

handle_t join_session(const session& owner) {
    auto& here = this_membership();
    const std::lock_guard guard(here.mutex);
    auto path = session_path(owner);
    if (!here.folder || here.path != path || !same_file(here.folder.get(), path)) {
        here.folder = open_locked(path);
        here.path = std::move(path);
    }
    return here.folder.get();
}

void enter_name(handle_t folder, const std::string& key, const std::string& name) {
    while (::symlinkat(name.c_str(), folder, key.c_str()) == -1) {
        // The key is that of an object in our hands, so an entry that has it already is of one that is gone.
        if (errno != EEXIST || (::unlinkat(folder, key.c_str(), 0) == -1 && errno != ENOENT))
            throw_errno("recording a name of shared memory");
    }
}

void forget_name(handle_t folder, const std::string& key) noexcept { ::unlinkat(folder, key.c_str(), 0); }

// No lock: whoever makes an object keeps its "+..." until the name is there. So an entry that is seen before, and has
// no
// "+..." now, either has its name already or will never get it.
void purge_names(handle_t folder) noexcept {
    static std::atomic<std::size_t> made{0}, limit{64};
    if (made.fetch_add(1) < limit.load()) return;
    made = 0;
    const auto entries = list(folder);
    std::vector<std::string> unnamed;
    for (const auto& key : list(folder)) {
        struct stat status {};
        if (is_temporary(key) && ::fstatat(folder, key.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
            unnamed.push_back(std::to_string(status.st_ino));
    }
    std::size_t left = 0;
    for (const auto& key : entries) {
        const auto name = name_of(folder, key);
        if (name.empty() || std::find(unnamed.begin(), unnamed.end(), key) != unnamed.end()) continue;
        if (is_named(folder, key, name))
            ++left;
        else
            forget_name(folder, key);
    }
    limit = std::max<std::size_t>(64, left);
}

}  // namespace brood::platform::posix

namespace brood::platform {

unique_handle claim_watch(const session& watched) {
    const handle_t folder = posix::join_session(watched);
    auto file = posix::taken(::openat(folder, "watch", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) posix::throw_errno("opening the lock of the watcher");
    if (posix::retry([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) == 0) return file;
    if (errno != EWOULDBLOCK) posix::throw_errno("locking for the watcher");
    return {};
}

void watch_session(const session& watched) {
    const auto path = posix::session_path(watched);
    const bool alive = posix::is_alive(watched);
    // A first process that has ended may have removed the folder already: it is not to be made again.
    const auto left = alive ? unique_handle() : posix::open_folder(path);
    if (!alive && !left) return;
    const handle_t folder = alive ? posix::join_session(watched) : left.get();
    try {
        const auto root = posix::open_process(watched.root);
        const waitable end{waitable::kind::process, root.get()};
        if (posix::is_alive(watched)) wait_many({&end, 1}, {});
    } catch (const std::system_error&) {
        // it has ended, or is not to be seen from here: then the other processes of the session tell by their locks
    }
    if (posix::retry([&] { return ::flock(folder, LOCK_EX); }) == 0) posix::sweep(folder, path);
}

void end_session(const session& ended) noexcept {
    try {
        const auto path = posix::session_path(ended);
        if (const auto folder = posix::open_folder(path)) posix::sweep(folder.get(), path);
    } catch (const std::exception&) {
        // the watcher, or the next program, does it
    }
}

void end_dead_sessions() noexcept {
    try {
        const auto parent = posix::taken(::open(posix::sessions_parent().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!parent) return;
        for (const auto& name : posix::list(parent.get()))
            if (name.starts_with(posix::prefix())) posix::end_if_dead(name);
    } catch (const std::exception&) {
        // the next program does it
    }
}

}  // namespace brood::platform
