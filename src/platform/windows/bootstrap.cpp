// SPDX-License-Identifier: MIT
#include "platform/windows/bootstrap.hpp"

#include "platform/windows/crash.hpp"
#include "platform/windows/environment.hpp"

#include <charconv>
#include <stdlib.h>

namespace brood::platform {

namespace windows {

namespace {

std::string hex(HANDLE handle) {
    char digits[2 * sizeof handle];
    const auto value = reinterpret_cast<std::uintptr_t>(handle);
    return {digits, std::to_chars(digits, digits + sizeof digits, value, 16).ptr};
}

// Takes the digits up to the next ':' off the text; false if they are no number.
bool take_number(std::string_view& text, int base, std::uintptr_t& value) {
    const auto colon = text.find(':');
    if (colon == text.npos) return false;
    const auto [end, error] = std::from_chars(text.data(), text.data() + colon, value, base);
    if (error != std::errc{} || end != text.data() + colon) return false;
    text.remove_prefix(colon + 1);
    return true;
}

bool take_handle(std::string_view& text, HANDLE& handle) {
    std::uintptr_t value = 0;
    const bool read = take_number(text, 16, value);
    handle = reinterpret_cast<HANDLE>(value);
    return read;
}

struct entry {
    HANDLE channel = nullptr, lifeline = nullptr, parent_process = nullptr, memory = nullptr;
    std::uintptr_t parent = 0;
    std::string_view note;
};

std::optional<entry> parse(std::string_view text) {
    entry found;
    std::uintptr_t version = 0;
    const bool read = take_number(text, 10, version) && version == 2 && take_handle(text, found.channel) &&
                      take_handle(text, found.lifeline) && take_number(text, 10, found.parent) &&
                      take_handle(text, found.parent_process) && take_handle(text, found.memory);
    if (!read) return std::nullopt;
    found.note = text;
    return found;
}

// A pipe of which the process with that id made the first end.
bool is_pipe_of(HANDLE handle, std::uintptr_t maker) {
    ULONG server = 0;
    return is_open(handle) && GetFileType(handle) == FILE_TYPE_PIPE && GetNamedPipeServerProcessId(handle, &server) &&
           server == maker;
}

// The variable may have come from anywhere, and a handle value that is dead today may be another object's tomorrow:
// nothing is touched that is not what it must be.
bool is_genuine(const entry& found) {
    return found.channel != found.lifeline && is_pipe_of(found.channel, found.parent) &&
           is_pipe_of(found.lifeline, found.parent) && is_open(found.parent_process) &&
           GetProcessId(found.parent_process) == found.parent;
}

unique_handle take_private(HANDLE handle) {
    SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0);
    return unique_handle(handle);
}

// No dialog box: a child that crashed or lacks a disk ends, and its parent hears of it.
void end_quietly_on_errors() {
    SetErrorMode(GetErrorMode() | SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    _set_error_mode(_OUT_TO_STDERR);
}

}  // namespace

std::string bootstrap_value(HANDLE channel, HANDLE lifeline, HANDLE parent_process, HANDLE memory,
                            std::string_view note) {
    return "2:" + hex(channel) + ":" + hex(lifeline) + ":" + std::to_string(GetCurrentProcessId()) + ":" +
           hex(parent_process) + ":" + hex(memory) + ":" + std::string(note);
}

}  // namespace windows

using namespace windows;

std::optional<bootstrap> adopt_bootstrap() {
    const std::optional<std::string> value = get_variable(bootstrap_name);
    if (!value) return std::nullopt;
    unset_variable(bootstrap_name);
    const std::optional<entry> found = parse(*value);
    if (!found || !is_genuine(*found)) return std::nullopt;
    end_quietly_on_errors();
    give_abort_its_code();
    bootstrap adopted;
    adopted.channel = take_private(found->channel);
    adopted.lifeline = take_private(found->lifeline);
    adopted.parent = static_cast<process_id>(found->parent);
    adopted.parent_process = take_private(found->parent_process);
    if (is_open(found->memory)) adopted.session_memory = take_private(found->memory);
    adopted.note = found->note;
    return adopted;
}

}  // namespace brood::platform
