// SPDX-License-Identifier: MIT
// The bare system calls that brood's own starts are compared with.
#include <brood/native/limits.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace brood::native {
namespace {

exit_status to_exit_status(int raw) {
    if (WIFSIGNALED(raw)) return exit_status::signalled(WTERMSIG(raw), WCOREDUMP(raw));
    return exit_status::exited(WEXITSTATUS(raw));
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

run_result wait_for(pid_t pid) {
    int raw = 0;
    rusage used{};
    while (wait4(pid, &raw, 0, &used) < 0)
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait4");
    return {to_exit_status(raw), seconds(used.ru_utime), seconds(used.ru_stime)};
}

}  // namespace

void fork_wait() {
    const pid_t pid = fork();
    if (pid == 0) _exit(0);
    if (pid < 0) throw std::system_error(errno, std::generic_category(), "fork");
    wait_for(pid);
}

run_result spawn_wait(const std::vector<std::string>& argv) {
    if (argv.empty()) throw std::invalid_argument("spawn_wait needs the name of a program");
    std::vector<char*> arguments;
    for (const std::string& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    pid_t pid = 0;
    if (const int failed = posix_spawnp(&pid, arguments[0], nullptr, nullptr, arguments.data(), environ))
        throw std::system_error(failed, std::generic_category(), "cannot run " + argv[0]);
    return wait_for(pid);
}

std::string compatibility_layer() { return {}; }

}  // namespace brood::native
