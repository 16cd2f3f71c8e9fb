// SPDX-License-Identifier: MIT
// What a spawned child finds: one environment variable that names the channel and the lifeline.
#include "platform/posix/bootstrap.hpp"

#include "platform/posix/fd.hpp"
#include "platform/process_image.hpp"

#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace brood::platform {
namespace posix {

std::string bootstrap_entry(const landing& at, std::string_view note) {
    return std::string(bootstrap_variable) + "=3:" + std::to_string(at.channel) + ":" + std::to_string(at.lifeline) +
           ":" + std::to_string(::getpid()) + ":" + std::to_string(at.memory) + ":" + std::to_string(at.keeper) + ":" +
           std::string(note);
}

}  // namespace posix

namespace {

// Takes the text up to the next ':' as a number; false if it is none.
bool take_number(std::string_view& text, long& value) {
    const auto colon = text.find(':');
    if (colon == text.npos) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + colon, value);
    if (error != std::errc{} || end != text.data() + colon || value < 0) return false;
    text.remove_prefix(colon + 1);
    return true;
}

bool is_of_type(long fd, mode_t type) {
    struct stat status {};
    return fd > 2 && fd <= 0x7fffffff && ::fstat(static_cast<int>(fd), &status) == 0 &&
           (status.st_mode & S_IFMT) == type;
}

unique_handle take_private(long fd) {
    ::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC);
    return posix::own(unique_handle(static_cast<int>(fd)));
}

// Not marked as brood's own: forked children of this process are of the same session.
unique_handle take_shared(long fd) {
    if (fd > 0x7fffffff || ::fcntl(static_cast<int>(fd), F_SETFD, FD_CLOEXEC) == -1) return {};
    return unique_handle(static_cast<int>(fd));
}

}  // namespace

std::string take_variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) return {};
    std::string taken = value;
    ::unsetenv(name);
    return taken;
}

std::optional<bootstrap> adopt_bootstrap() {
    const char* variable = std::getenv(posix::bootstrap_variable);
    if (variable == nullptr) return std::nullopt;
    const std::string copy = variable;
    ::unsetenv(posix::bootstrap_variable);
    std::string_view text = copy;
    long version = 0, channel = 0, lifeline = 0, parent = 0, memory = 0, keeper = 0;
    const bool read = take_number(text, version) && take_number(text, channel) && take_number(text, lifeline) &&
                      take_number(text, parent) && take_number(text, memory) && take_number(text, keeper);
    if (!read || version != 3 || !is_of_type(channel, S_IFSOCK) || !is_of_type(lifeline, S_IFIFO)) return std::nullopt;
    bootstrap found;
    found.channel = take_private(channel);
    found.lifeline = take_private(lifeline);
    found.parent = parent;
    if (memory != lifeline) found.session_memory = take_shared(memory);
    if (keeper != lifeline) found.session_keeper = take_shared(keeper);
    found.note = text;
    return found;
}

}  // namespace brood::platform
