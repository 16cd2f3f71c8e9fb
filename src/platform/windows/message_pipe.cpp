// SPDX-License-Identifier: MIT
#include "platform/windows/message_pipe.hpp"

#include "platform/windows/overlapped.hpp"
#include "platform/windows/secret_name.hpp"

#include <system_error>

namespace brood::platform::windows {

namespace {

constexpr DWORD pipe_buffer = 64 * 1024;
bool says_pipe_end(DWORD error) {
    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

}  // namespace

void throw_name_is_taken() {
    throw std::system_error(std::make_error_code(std::errc::address_in_use), "CreateNamedPipeW");
}

unique_handle create_message_pipe(const std::wstring& name, pipe_instance which) {
    const DWORD first = which == pipe_instance::next ? 0 : FILE_FLAG_FIRST_PIPE_INSTANCE;
    const HANDLE pipe = CreateNamedPipeW(
        name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS,
        which == pipe_instance::only ? 1 : PIPE_UNLIMITED_INSTANCES, pipe_buffer, pipe_buffer, 0, nullptr);
    if (pipe != INVALID_HANDLE_VALUE) return unique_handle(pipe);
    const DWORD error = GetLastError();
    // What the system says when somebody has the name.
    if (first != 0 && (error == ERROR_ACCESS_DENIED || error == ERROR_PIPE_BUSY)) throw_name_is_taken();
    throw_error(error, "CreateNamedPipeW");
}

unique_handle open_message_pipe(const std::wstring& name) {
    const HANDLE opened = CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                      FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr);
    if (opened == INVALID_HANDLE_VALUE) {
        if (GetLastError() == ERROR_PIPE_BUSY) return {};
        throw_last_error("CreateFileW of a pipe");
    }
    unique_handle pipe(opened);
    DWORD mode = PIPE_READMODE_MESSAGE;
    if (!SetNamedPipeHandleState(pipe.get(), &mode, nullptr, nullptr)) throw_last_error("SetNamedPipeHandleState");
    return pipe;
}

std::pair<unique_handle, unique_handle> make_message_pipe() {
    const std::wstring name = secret_pipe_name();
    unique_handle ours = create_message_pipe(name, pipe_instance::only);
    return {std::move(ours), open_message_pipe(name)};
}

bool message_pipe_is_ready(HANDLE pipe, std::atomic<unsigned>& empty_messages) {
    if (empty_messages > 0) return true;
    DWORD readable = 0;
    if (!PeekNamedPipe(pipe, nullptr, 0, nullptr, &readable, nullptr)) {
        if (!says_pipe_end(GetLastError())) throw_last_error("PeekNamedPipe");
        return true;
    }
    if (readable > 0) return true;
    overlapped_io read(pipe);
    read.read(nullptr, 0);
    const DWORD error = read.cancel().error;
    if (error == ERROR_SUCCESS) ++empty_messages;
    return error != ERROR_OPERATION_ABORTED;
}

}  // namespace brood::platform::windows
