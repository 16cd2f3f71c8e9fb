// SPDX-License-Identifier: MIT
// What the files of the Windows port share: the system's header, errors, text and time. Include it first: it chooses
// the version of the interface (Windows 10).
#pragma once

#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#undef NTDDI_VERSION
#define NTDDI_VERSION 0x0A000000
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include "platform/platform.hpp"

#include <string>
#include <string_view>

namespace brood::platform::windows {

// The text of each error begins with `what`, the call that failed.
[[noreturn]] void throw_error(DWORD code, const char* what);
[[noreturn]] void throw_last_error(const char* what);

// UTF-8 to UTF-16 and back. A surrogate without its partner (file names may hold one) becomes three bytes and comes
// back unchanged. Bytes that are no UTF-8 throw ERROR_NO_UNICODE_TRANSLATION; a zero character, which no name of the
// system can hold, throws ERROR_INVALID_NAME.
std::wstring widen(std::string_view text);
std::string narrow(std::wstring_view text);
// A path for the file functions: one that is too long for them in its plain form gets the \\?\ prefix.
std::wstring native_path(std::string_view path);

// Milliseconds until the deadline, rounded up, for the system's wait functions: INFINITE without a deadline. A wait
// may end a little early, or its time may be longer than the system can wait: then look at passed() and wait again.
DWORD milliseconds_until(const deadline& until);
bool passed(const deadline& until);

// A manual or automatic event in its unsignalled state, private to this process.
unique_handle make_event(bool manual_reset);

unique_handle open_null_device();
// True when the value is an open handle of this process.
bool is_open(HANDLE handle) noexcept;

// Runs entry(argument) on a thread that counts as one of brood's own. The entry must not throw.
unique_handle start_helper_thread(void (*entry)(void*), void* argument);

// The exit codes by which brood itself ends a process: this plus the number of the POSIX signal of that meaning.
inline constexpr DWORD ended_by_signal = 0xE0B00000;

}  // namespace brood::platform::windows
