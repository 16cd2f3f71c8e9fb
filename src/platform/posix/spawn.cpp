// SPDX-License-Identifier: MIT
// Starting a program by posix_spawn, which does not copy this process's page tables as fork does.
#include "platform/posix/spawn.hpp"

#include "platform/posix/bootstrap.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace brood::platform {
namespace posix {

file_actions::file_actions() {
    if (int e = ::posix_spawn_file_actions_init(&actions_)) throw_error(e, "posix_spawn_file_actions_init");
}
file_actions::~file_actions() { ::posix_spawn_file_actions_destroy(&actions_); }

void file_actions::duplicate(int from, int to) {
    if (int e = ::posix_spawn_file_actions_adddup2(&actions_, from, to)) throw_error(e, "preparing a descriptor");
}
void file_actions::close(int fd) {
    if (int e = ::posix_spawn_file_actions_addclose(&actions_, fd)) throw_error(e, "preparing a descriptor");
}
void file_actions::open_null(int fd) {
    if (int e = ::posix_spawn_file_actions_addopen(&actions_, fd, "/dev/null", O_RDWR, 0))
        throw_error(e, "preparing the null device");
}

landing choose_landing(const spawn_spec& spec) {
    int highest = 2;
    for (int fd : spec.inherit) highest = std::max(highest, fd);
    landing at{highest + 1, highest + 2, highest + 2, highest + 2};
    if (spec.session_memory != no_handle()) at.memory = at.highest() + 1;
    if (spec.session_keeper != no_handle()) at.keeper = at.highest() + 1;
    return at;
}

}  // namespace posix

namespace {

using posix::file_actions;

class attributes {
public:
    attributes() {
        if (int e = ::posix_spawnattr_init(&value_)) posix::throw_error(e, "posix_spawnattr_init");
    }
    ~attributes() { ::posix_spawnattr_destroy(&value_); }
    attributes(const attributes&) = delete;
    attributes& operator=(const attributes&) = delete;
    // Signals as in a fresh program, or all held back from the very start; out of the terminal's foreground group
    // unless it wants Ctrl-C.
    void set(const spawn_spec& spec) {
        sigset_t all, blocked;
        sigfillset(&all);
        sigemptyset(&blocked);
        if (spec.background) sigfillset(&blocked);
        short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | posix::system_spawn_flags();
        ::posix_spawnattr_setsigdefault(&value_, &all);
        ::posix_spawnattr_setsigmask(&value_, &blocked);
        if (spec.background)
            flags |= POSIX_SPAWN_SETSID;
        else if (!spec.receive_ctrl_c)
            flags |= POSIX_SPAWN_SETPGROUP;
        ::posix_spawnattr_setpgroup(&value_, 0);
        if (int e = ::posix_spawnattr_setflags(&value_, flags)) posix::throw_error(e, "posix_spawnattr_setflags");
    }
    const posix_spawnattr_t* get() const noexcept { return &value_; }

private:
    posix_spawnattr_t value_;
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> list;
    list.reserve(strings.size() + 1);
    for (const auto& s : strings) list.push_back(const_cast<char*>(s.c_str()));
    list.push_back(nullptr);
    return list;
}

// A copy of `fd` that no file action of the child can overwrite before it is used.
int out_of_the_way(int fd, int above, std::vector<unique_handle>& keep) {
    if (fd > above) return fd;
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, above + 1);
    if (copy == -1) posix::throw_errno("duplicating a descriptor");
    keep.emplace_back(copy);
    return copy;
}

void redirect(file_actions& actions, const stdio_target& target, int number, int above,
              std::vector<unique_handle>& keep) {
    const bool closed = target.what == stdio_target::kind::inherit && ::fcntl(number, F_GETFD) == -1;
    if (target.what == stdio_target::kind::null || closed) {
        actions.open_null(number);
    } else if (target.what == stdio_target::kind::handle) {
        actions.duplicate(out_of_the_way(target.handle, above, keep), number);
    } else {
        actions.duplicate(number, number);  // takes a close-on-exec mark away, if there is one
    }
}

}  // namespace

spawned spawn_process(const spawn_spec& spec) {
    auto channel = make_channel();
    auto [read_end, write_end] = make_lifeline();
    const auto at = posix::choose_landing(spec);
    std::vector<unique_handle> keep;
    file_actions actions;
    for (int number = 0; number < 3; ++number)
        redirect(actions, spec.stdio[static_cast<std::size_t>(number)], number, at.highest(), keep);
    for (int fd : spec.inherit) actions.duplicate(fd, fd);
    actions.duplicate(out_of_the_way(channel.theirs.get(), at.highest(), keep), at.channel);
    actions.duplicate(out_of_the_way(read_end.get(), at.highest(), keep), at.lifeline);
    const auto hand_over = [&](handle_t mine, int theirs) {
        if (theirs != at.lifeline) actions.duplicate(out_of_the_way(mine, at.highest(), keep), theirs);
    };
    hand_over(spec.session_memory, at.memory);
    hand_over(spec.session_keeper, at.keeper);
    posix::change_directory(actions, spec.directory);
    posix::close_all_others(actions, spec, at);

    attributes attribute;
    attribute.set(spec);
    auto variables = spec.environment;
    variables.push_back(posix::bootstrap_entry(at, spec.note));
    pid_t pid = 0;
    if (int e = ::posix_spawn(&pid, spec.executable.c_str(), actions.get(), attribute.get(),
                              pointers(spec.arguments).data(), pointers(variables).data()))
        posix::throw_error(e, ("starting " + spec.executable).c_str());

    spawned result;
    result.child.pid = pid;
    result.child.lifeline = std::move(write_end);
    result.channel = std::move(channel.ours);
    result.child.process = posix::hold_child(pid);
    return result;
}

}  // namespace brood::platform
