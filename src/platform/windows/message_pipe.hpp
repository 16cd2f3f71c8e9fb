// SPDX-License-Identifier: MIT
// Named pipes that keep messages whole, as CPython's AF_PIPE has them.
#pragma once

#include "platform/windows/win32.hpp"

namespace brood::platform::windows {

enum class pipe_instance { only, first, next };

// The end of a pipe that has the name; for `first` and `only` nobody else may have it already.
unique_handle create_message_pipe(const std::wstring& name, pipe_instance which);
// Throws the error of a name that somebody else listens with.
[[noreturn]] void throw_name_is_taken();
// The other end. Empty when every instance of the pipe is taken. Throws ERROR_FILE_NOT_FOUND when there is none.
unique_handle open_message_pipe(const std::wstring& name);
// Both ends of a pipe that has no name any more.
std::pair<unique_handle, unique_handle> make_message_pipe();

// True when a read of the pipe would not wait. An empty message cannot be seen without taking it: then it is counted.
bool message_pipe_is_ready(HANDLE pipe, std::atomic<unsigned>& empty_messages);

}  // namespace brood::platform::windows
