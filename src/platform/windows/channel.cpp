// SPDX-License-Identifier: MIT
// A channel is a duplex byte pipe. Both ends are opened for overlapped operations, so that a read or write can be given
// up when the peer's process ends or the time is over, and so that a read and a write can be under way at once.
#include "platform/windows/channel.hpp"

#include "platform/windows/overlapped.hpp"
#include "platform/windows/secret_name.hpp"

#include <algorithm>
#include <numeric>

namespace brood::platform {

namespace windows {

namespace {

constexpr DWORD pipe_buffer = 64 * 1024;
constexpr std::size_t largest_transfer = 1 << 20;
// Parts that are smaller together are copied into one write.
constexpr std::size_t worth_joining = 32 * 1024;

unique_handle create_pipe(const std::wstring& name) {
    const HANDLE pipe =
        CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
                         PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, pipe_buffer,
                         pipe_buffer, 0, nullptr);
    if (pipe == INVALID_HANDLE_VALUE) throw_last_error("CreateNamedPipeW");
    return unique_handle(pipe);
}

unique_handle open_pipe(const std::wstring& name) {
    const HANDLE pipe = CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                    FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_ANONYMOUS, nullptr);
    if (pipe == INVALID_HANDLE_VALUE) throw_last_error("CreateFileW of a pipe");
    return unique_handle(pipe);
}

enum class wake { done, peer_ended, timeout };

wake wait_for_outcome(const overlapped_io& io, HANDLE peer_process, const deadline& until) {
    const HANDLE both[] = {io.event(), peer_process};
    const DWORD count = peer_process == no_handle() ? 1 : 2;
    while (io.pending()) {
        switch (WaitForMultipleObjects(count, both, FALSE, milliseconds_until(until))) {
            case WAIT_OBJECT_0: return wake::done;
            case WAIT_OBJECT_0 + 1: return wake::peer_ended;
            case WAIT_TIMEOUT:
                if (passed(until)) return wake::timeout;
                break;
            default: throw_last_error("WaitForMultipleObjects");
        }
    }
    return wake::done;
}

// What came of one read or write: bytes moved, and why to stop if it must.
struct step {
    std::size_t bytes = 0;
    wake why = wake::done;
    bool gave_up = false;
    bool end = false;
};

bool says_end(DWORD error) {
    return error == ERROR_BROKEN_PIPE || error == ERROR_NO_DATA || error == ERROR_PIPE_NOT_CONNECTED;
}

step complete(overlapped_io& io, HANDLE peer_process, const deadline& until) {
    step result;
    result.why = wait_for_outcome(io, peer_process, until);
    const auto [error, bytes] = result.why == wake::done ? io.finish() : io.cancel();
    result.bytes = bytes;
    result.end = says_end(error);
    result.gave_up = error == ERROR_OPERATION_ABORTED;
    if (error != ERROR_SUCCESS && !result.end && !result.gave_up) throw_error(error, "channel");
    return result;
}

DWORD transfer_size(std::size_t size) { return static_cast<DWORD>(std::min(size, largest_transfer)); }

io_result write_all(HANDLE channel, std::span<const std::byte> bytes, HANDLE peer_process, const deadline& until) {
    while (!bytes.empty()) {
        overlapped_io io(channel);
        io.write(bytes.data(), transfer_size(bytes.size()));
        const step done = complete(io, peer_process, until);
        if (done.end) return io_result::end;
        if (done.gave_up) return done.why == wake::timeout ? io_result::timeout : io_result::end;
        bytes = bytes.subspan(done.bytes);
    }
    return io_result::ok;
}

std::vector<std::byte> join(std::span<const std::span<const std::byte>> parts, std::size_t size) {
    std::vector<std::byte> all;
    all.reserve(size);
    for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

}  // namespace

bool channel_is_ready(HANDLE channel) {
    DWORD readable = 0;
    if (PeekNamedPipe(channel, nullptr, 0, nullptr, &readable, nullptr)) return readable > 0;
    if (!says_end(GetLastError())) throw_last_error("PeekNamedPipe");
    return true;
}

}  // namespace windows

using namespace windows;

channel_pair make_channel() {
    const std::wstring name = secret_pipe_name();
    channel_pair pair;
    pair.ours = create_pipe(name);
    pair.theirs = open_pipe(name);
    return pair;
}

io_result channel_write(handle_t channel, std::span<const std::span<const std::byte>> parts, handle_t peer_process,
                        deadline until) {
    const std::size_t size = std::accumulate(parts.begin(), parts.end(), std::size_t{0},
                                             [](std::size_t sum, auto part) { return sum + part.size(); });
    if (parts.size() > 1 && size <= worth_joining) return write_all(channel, join(parts, size), peer_process, until);
    for (const auto part : parts)
        if (const io_result result = write_all(channel, part, peer_process, until); result != io_result::ok)
            return result;
    return io_result::ok;
}

void channel_write_from_crash(handle_t channel, std::span<const std::byte> bytes) noexcept {
    // Not on the stack, which may be gone before the system is done. What does not fit ends with the process.
    static OVERLAPPED state;
    WriteFile(channel, bytes.data(), transfer_size(bytes.size()), nullptr, &state);
}

io_result channel_read(handle_t channel, std::span<std::byte> into, handle_t peer_process, deadline until) {
    while (!into.empty()) {
        overlapped_io io(channel);
        io.read(into.data(), transfer_size(into.size()));
        const step done = complete(io, peer_process, until);
        if (done.end) return io_result::end;
        if (done.gave_up && done.why == wake::timeout) return io_result::timeout;
        // The peer may have written between the start of the read and its own end: look once more.
        if (done.gave_up && !channel_is_ready(channel)) return io_result::end;
        into = into.subspan(done.bytes);
    }
    return io_result::ok;
}

}  // namespace brood::platform
