// SPDX-License-Identifier: MIT
// What tests ask of a POSIX system.
#include "mailbox.hpp"
#include "program.hpp"

#include <brood/native/terminal.hpp>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern "C" char** environ;

namespace brood_test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::system_category(), what);
}

std::vector<char*> pointers(const std::vector<std::string>& strings) {
    std::vector<char*> list;
    for (const auto& one : strings) list.push_back(const_cast<char*>(one.c_str()));
    list.push_back(nullptr);
    return list;
}

std::vector<std::string> with_environment(const std::map<std::string, std::string>& added) {
    std::vector<std::string> all;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
    }
    for (const auto& [name, value] : added) all.push_back(name + "=" + value);
    return all;
}

}  // namespace

// ---- pipes ----

mailbox mailbox::make() {
    int ends[2];
    if (::pipe(ends) == -1) fail(errno, "pipe");
    for (int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    return {brood::handle(ends[0]), brood::handle(ends[1])};
}

std::size_t read_bytes(const brood::handle& from, void* into, std::size_t size) {
    for (;;) {
        const auto got = ::read(from.native_handle(), into, size);
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) fail(errno, "read");
    }
}

void write_bytes(const brood::handle& to, const void* from, std::size_t size) {
    for (const auto* at = static_cast<const char*>(from); size > 0;) {
        const auto put = ::write(to.native_handle(), at, size);
        if (put < 0 && errno != EINTR) fail(errno, "write");
        if (put <= 0) continue;
        at += put;
        size -= static_cast<std::size_t>(put);
    }
}

// ---- programs ----

struct program::state {
    temporary_folder folder;
    pid_t pid = 0;
    std::optional<brood::exit_status> ended;
};

program::program(const fs::path& path, std::vector<std::string> arguments, run_options options)
    : state_(std::make_unique<state>()) {
    arguments.insert(arguments.begin(), path.string());
    const auto variables = with_environment(options.environment);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    const auto output = state_->folder / "output", errors = state_->folder / "errors";
    ::posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    if (!options.directory.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, options.directory.c_str());
    const int error = ::posix_spawnp(&state_->pid, path.c_str(), &actions, nullptr, pointers(arguments).data(),
                                     pointers(variables).data());
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) fail(error, "starting " + path.string());
}

program::program(program&&) noexcept = default;

program::~program() {
    if (!state_) return;
    kill();
    wait();
}

brood::process_id program::pid() const { return state_->pid; }

void program::kill() {
    if (!state_->ended) ::kill(state_->pid, SIGKILL);
}

brood::exit_status program::wait() {
    int status = 0;
    while (!state_->ended) {
        if (::waitpid(state_->pid, &status, 0) == -1) continue;
        state_->ended = WIFEXITED(status) ? brood::exit_status::exited(WEXITSTATUS(status))
                                          : brood::exit_status::signalled(WTERMSIG(status));
    }
    return *state_->ended;
}

std::string program::output() const { return read_text(state_->folder / "output"); }
std::string program::errors() const { return read_text(state_->folder / "errors"); }

fs::path this_program() { return fs::canonical(brood::native::program_path()); }

fs::path subject(const std::string& name) {
    return this_program().parent_path().parent_path() / "test" / "subjects" / name;
}

brood::process_id maker_of_this_process() { return ::getppid(); }

std::size_t marked_processes(const std::string& mark) {
    std::size_t count = 0;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        if (entry.path().filename().string().find_first_not_of("0123456789") != std::string::npos) continue;
        count += read_text(entry.path() / "environ").find(std::string(mark_variable) + "=" + mark) != std::string::npos;
    }
    return count;
}

// A process that ended and was not waited for is gone, too: whoever inherited it may never do that.
bool is_gone(brood::process_id pid) {
    if (::kill(static_cast<pid_t>(pid), 0) == -1) return errno == ESRCH;
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const auto name_end = text.rfind(')');
    return name_end != text.npos && name_end + 2 < text.size() &&
           (text[name_end + 2] == 'Z' || text[name_end + 2] == 'X');
}

void kill_process(brood::process_id pid) { ::kill(static_cast<pid_t>(pid), SIGKILL); }

}  // namespace brood_test
