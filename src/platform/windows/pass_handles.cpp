// SPDX-License-Identifier: MIT
// Handles through a channel. On the wire a handle is eight bytes: its value. The side that holds a handle of the other
// process copies for both: as sender into the other process before it sends the values, as receiver out of it.
#include "platform/windows/win32.hpp"

#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

using wire_handle = std::uint64_t;

wire_handle to_wire(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }
HANDLE from_wire(wire_handle value) { return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(value)); }

bool has_ended(HANDLE process) { return WaitForSingleObject(process, 0) == WAIT_OBJECT_0; }

// Null when the peer ended (the system then says "access denied"); every other failure throws.
HANDLE copy_between(HANDLE from, HANDLE handle, HANDLE to, HANDLE peer) {
    HANDLE copy = nullptr;
    if (DuplicateHandle(from, handle, to, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS)) return copy;
    const DWORD error = GetLastError();
    if (has_ended(peer)) return nullptr;
    throw_error(error, "DuplicateHandle");
}

// Copies made in the peer. Closed there again unless the message that names them was sent.
class remote_copies {
public:
    explicit remote_copies(HANDLE peer) : peer_(peer) {}
    remote_copies(const remote_copies&) = delete;
    remote_copies& operator=(const remote_copies&) = delete;
    ~remote_copies() {
        for (const wire_handle value : values_)
            DuplicateHandle(peer_, from_wire(value), nullptr, nullptr, 0, FALSE, DUPLICATE_CLOSE_SOURCE);
    }

    bool add(HANDLE handle) {
        values_.reserve(values_.size() + 1);
        const HANDLE copy = copy_between(GetCurrentProcess(), handle, peer_, peer_);
        if (copy != nullptr) values_.push_back(to_wire(copy));
        return copy != nullptr;
    }
    const std::vector<wire_handle>& values() const { return values_; }
    void keep() { values_.clear(); }

private:
    HANDLE peer_;
    std::vector<wire_handle> values_;
};

io_result send_values(HANDLE channel, std::span<const wire_handle> values, HANDLE peer_process) {
    const std::span<const std::byte> bytes = std::as_bytes(values);
    return channel_write(channel, {&bytes, 1}, peer_process, std::nullopt);
}

io_result send_copies(HANDLE channel, std::span<const handle_t> handles, HANDLE peer_process) {
    remote_copies copies(peer_process);
    for (const HANDLE handle : handles)
        if (!copies.add(handle)) return io_result::end;
    const io_result result = send_values(channel, copies.values(), peer_process);
    if (result == io_result::ok) copies.keep();
    return result;
}

// The receiver will copy them out of this process.
io_result send_own(HANDLE channel, std::span<const handle_t> handles) {
    std::vector<wire_handle> values;
    for (const HANDLE handle : handles) {
        if (!is_open(handle)) throw_error(ERROR_INVALID_HANDLE, "handle to send");
        values.push_back(to_wire(handle));
    }
    return send_values(channel, values, no_handle());
}

unique_handle adopt(wire_handle value) {
    if (!is_open(from_wire(value))) throw_error(ERROR_INVALID_HANDLE, "received handle");
    return unique_handle(from_wire(value));
}

}  // namespace

}  // namespace windows

using namespace windows;

io_result channel_send_handles(handle_t channel, std::span<const handle_t> handles, handle_t peer_process) {
    return peer_process == no_handle() ? send_own(channel, handles) : send_copies(channel, handles, peer_process);
}

io_result channel_receive_handles(handle_t channel, std::size_t count, std::vector<unique_handle>& into,
                                  handle_t peer_process, deadline until) {
    std::vector<wire_handle> values(count);
    const io_result result = channel_read(channel, std::as_writable_bytes(std::span(values)), peer_process, until);
    if (result != io_result::ok) return result;
    into.reserve(into.size() + count);
    for (const wire_handle value : values) {
        unique_handle received(peer_process == no_handle()
                                   ? adopt(value).release()
                                   : copy_between(peer_process, from_wire(value), GetCurrentProcess(), peer_process));
        if (!received) return io_result::end;
        into.push_back(std::move(received));
    }
    return io_result::ok;
}

}  // namespace brood::platform
