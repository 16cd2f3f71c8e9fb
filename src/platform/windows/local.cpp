// SPDX-License-Identifier: MIT
// Links to processes of this machine by name: named pipes. A pipe has an instance for each client; one more waits, from
// before the last was given away, so that the name never vanishes while somebody listens.
#include "platform/windows/win32.hpp"

#include "platform/socket.hpp"
#include "platform/windows/message_pipe.hpp"

#include <algorithm>
#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

constexpr std::wstring_view pipes = L"\\\\.\\pipe\\";

std::wstring pipe_name(const std::string& name) {
    std::wstring wide = widen(name);
    if (wide.starts_with(pipes)) return wide;
    const bool has_drive = wide.size() > 2 && wide[1] == L':' && (wide[2] == L'\\' || wide[2] == L'/');
    if (wide.starts_with(L'/') || wide.starts_with(L'\\') || has_drive)
        throw std::system_error(std::make_error_code(std::errc::address_family_not_supported),
                                "a path is no local address on Windows");
    return std::wstring(pipes) + wide;
}

// An instance of the pipe that waits for a client.
class waiting_pipe {
public:
    waiting_pipe(const std::wstring& name, pipe_instance which)
        : pipe_(create_message_pipe(name, which)), event_(make_event(true)) {
        wait_for_client();
    }
    waiting_pipe(const waiting_pipe&) = delete;
    waiting_pipe& operator=(const waiting_pipe&) = delete;
    ~waiting_pipe() {
        if (!pending_) return;
        CancelIoEx(pipe_.get(), &state_);
        DWORD none = 0;
        GetOverlappedResult(pipe_.get(), &state_, &none, TRUE);
    }

    HANDLE event() const noexcept { return event_.get(); }
    // The system gives up waiting with the end of the thread that began it: then this one goes on.
    bool has_client() {
        if (WaitForSingleObject(event_.get(), 0) != WAIT_OBJECT_0) return false;
        DWORD none = 0;
        if (!pending_ || GetOverlappedResult(pipe_.get(), &state_, &none, FALSE)) return true;
        if (GetLastError() != ERROR_OPERATION_ABORTED) return true;
        wait_for_client();
        return !pending_;
    }
    unique_handle release() noexcept {
        pending_ = false;
        return std::move(pipe_);
    }

private:
    void wait_for_client() {
        state_ = {};
        state_.hEvent = event_.get();
        if (ConnectNamedPipe(pipe_.get(), &state_)) return;
        const DWORD error = GetLastError();
        pending_ = error == ERROR_IO_PENDING;
        // A client was faster, or even left already: then its end shows with the first read.
        const bool here = error == ERROR_PIPE_CONNECTED || error == ERROR_NO_DATA;
        if (here) SetEvent(event_.get());
        if (!pending_ && !here) throw_error(error, "ConnectNamedPipe");
    }

    unique_handle pipe_, event_;
    OVERLAPPED state_{};
    bool pending_ = false;
};

class pipe_acceptor final : public acceptor {
public:
    explicit pipe_acceptor(std::wstring name)
        : name_(std::move(name)), next_(std::make_unique<waiting_pipe>(name_, pipe_instance::first)) {}
    waitable to_wait_for() const override { return {waitable::kind::event, next_->event()}; }
    link try_accept() override {
        if (!next_->has_client()) return {};
        auto other = std::make_unique<waiting_pipe>(name_, pipe_instance::next);
        std::swap(next_, other);
        return {other->release().release(), link_kind::messages};
    }

private:
    std::wstring name_;
    std::unique_ptr<waiting_pipe> next_;
};

}  // namespace

}  // namespace windows

using namespace windows;

// A second pipe of a name is refused by the system; older versions of Wine make it, and there a look has to do.
std::unique_ptr<acceptor> listen_local(const std::string& name) {
    const std::wstring pipe = pipe_name(name);
    if (WaitNamedPipeW(pipe.c_str(), 1) || GetLastError() == ERROR_SEM_TIMEOUT) throw_name_is_taken();
    return std::make_unique<pipe_acceptor>(pipe);
}

link connect_local(const std::string& name, deadline until) {
    const std::wstring wanted = pipe_name(name);
    for (;;) {
        if (unique_handle pipe = open_message_pipe(wanted)) return {pipe.release(), link_kind::messages};
        if (passed(until)) return {};
        // All instances have clients for the moment. Waiting may end for somebody else's instance, so the times are
        // short.
        WaitNamedPipeW(wanted.c_str(), std::clamp<DWORD>(milliseconds_until(until), 1, 1000));
    }
}

}  // namespace brood::platform
