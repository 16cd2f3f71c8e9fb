// SPDX-License-Identifier: MIT
// Waiting for any of many things. The system waits for 64 handles at once; more are shared out to threads. A channel
// becomes waitable by a read of zero bytes: it ends when there are bytes or the pipe broke, and takes nothing; that of
// a pipe of messages takes a message that is empty. Sockets have a wait of their own; beside other things a thread does
// it.
#include "platform/windows/winsock.hpp"

#include "platform/windows/channel.hpp"
#include "platform/windows/message_pipe.hpp"
#include "platform/windows/overlapped.hpp"

#include <algorithm>
#include <list>

namespace brood::platform {

namespace windows {

namespace {

WSAPOLLFD to_poll(HANDLE socket) { return {to_socket(socket), POLLRDNORM, 0}; }

bool socket_is_ready(HANDLE socket) {
    start_sockets();
    WSAPOLLFD one = to_poll(socket);
    return poll_sockets({&one, 1}, std::chrono::steady_clock::time_point::min());
}

bool is_ready(const waitable& what) {
    if (what.what == waitable::kind::channel) return channel_is_ready(what.handle);
    if (what.what == waitable::kind::messages) return message_pipe_is_ready(what.handle, *what.empty_messages);
    if (what.what == waitable::kind::socket) return socket_is_ready(what.handle);
    const DWORD result = WaitForSingleObject(what.handle, 0);
    if (result == WAIT_FAILED) throw_last_error("WaitForSingleObject");
    return result == WAIT_OBJECT_0;
}

std::vector<std::size_t> all_ready(std::span<const waitable> what) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < what.size(); ++i)
        if (is_ready(what[i])) ready.push_back(i);
    return ready;
}

void wait_for_any(std::span<const HANDLE> handles, const deadline& until) {
    const DWORD result =
        WaitForMultipleObjects(static_cast<DWORD>(handles.size()), handles.data(), FALSE, milliseconds_until(until));
    if (result == WAIT_FAILED) throw_last_error("WaitForMultipleObjects");
}

// A thread that signals `wake` when one of its handles is ready. The first of them tells it to stop.
class watcher {
public:
    watcher(std::vector<HANDLE> handles, HANDLE wake) : handles_(std::move(handles)), wake_(wake) {
        thread_ = start_helper_thread([](void* self) { static_cast<watcher*>(self)->run(); }, this);
    }
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;
    ~watcher() {
        SetEvent(handles_.front());
        WaitForSingleObject(thread_.get(), INFINITE);
    }

private:
    void run() {
        WaitForMultipleObjects(static_cast<DWORD>(handles_.size()), handles_.data(), FALSE, INFINITE);
        SetEvent(wake_);
    }

    std::vector<HANDLE> handles_;
    HANDLE wake_;
    unique_handle thread_;
};

void wait_with_threads(std::span<const HANDLE> handles, const deadline& until) {
    const unique_handle stop = make_event(true);
    const unique_handle wake = make_event(true);
    std::list<watcher> watchers;
    while (!handles.empty()) {
        const auto group = handles.first(std::min<std::size_t>(handles.size(), MAXIMUM_WAIT_OBJECTS - 1));
        std::vector<HANDLE> watched{stop.get()};
        watched.insert(watched.end(), group.begin(), group.end());
        watchers.emplace_back(std::move(watched), wake.get());
        handles = handles.subspan(group.size());
    }
    wait_for_any(std::array{wake.get()}, until);
}

// A thread that signals an event when one of some sockets is ready.
class socket_watcher {
public:
    explicit socket_watcher(std::vector<WSAPOLLFD> sockets) : sockets_(std::move(sockets)), ready_(make_event(true)) {
        sockets_.push_back(to_poll(to_handle(stop_.socket())));
        thread_ = start_helper_thread([](void* self) { static_cast<socket_watcher*>(self)->run(); }, this);
    }
    socket_watcher(const socket_watcher&) = delete;
    socket_watcher& operator=(const socket_watcher&) = delete;
    ~socket_watcher() {
        stop_.wake();
        WaitForSingleObject(thread_.get(), INFINITE);
    }
    HANDLE event() const noexcept { return ready_.get(); }

private:
    void run() {
        WSAPoll(sockets_.data(), static_cast<ULONG>(sockets_.size()), -1);
        SetEvent(ready_.get());
    }

    std::vector<WSAPOLLFD> sockets_;
    socket_waker stop_;
    unique_handle ready_;
    unique_handle thread_;
};

// Reads of zero bytes, under way while the caller waits for their events.
class pending_reads {
public:
    pending_reads() = default;
    pending_reads(const pending_reads&) = delete;
    pending_reads& operator=(const pending_reads&) = delete;
    ~pending_reads() {
        for (auto& [read, empty_messages] : reads_)
            if (read.cancel().error == ERROR_SUCCESS && empty_messages != nullptr) ++*empty_messages;
    }
    // The event of a read; null when it has ended at once.
    HANDLE start(const waitable& one) {
        auto& read = reads_.emplace_back(one.handle, one.empty_messages).read;
        read.read(nullptr, 0);
        return read.pending() ? read.event() : nullptr;
    }

private:
    struct one_read {
        one_read(HANDLE handle, std::atomic<unsigned>* empty) : read(handle), empty_messages(empty) {}
        overlapped_io read;
        std::atomic<unsigned>* empty_messages;
    };
    std::list<one_read> reads_;
};

void wait_for_handles(std::vector<HANDLE> handles, const deadline& until) {
    std::sort(handles.begin(), handles.end());
    handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
    if (handles.size() <= MAXIMUM_WAIT_OBJECTS)
        wait_for_any(handles, until);
    else
        wait_with_threads(handles, until);
}

// Returns when something may be ready, also for no reason; the caller looks.
void sleep_until_any(std::span<const waitable> what, const deadline& until) {
    pending_reads reads;
    std::vector<HANDLE> handles;
    std::vector<WSAPOLLFD> sockets;
    for (const waitable& one : what) {
        switch (one.what) {
            case waitable::kind::process:
            case waitable::kind::event: handles.push_back(one.handle); break;
            case waitable::kind::socket: sockets.push_back(to_poll(one.handle)); break;
            case waitable::kind::channel:
            case waitable::kind::messages: handles.push_back(reads.start(one));
        }
        if (!handles.empty() && handles.back() == nullptr) return;
    }
    if (handles.empty()) {
        poll_sockets(sockets, until);
        return;
    }
    std::optional<socket_watcher> watcher;
    if (!sockets.empty()) handles.push_back(watcher.emplace(std::move(sockets)).event());
    wait_for_handles(std::move(handles), until);
}

}  // namespace

}  // namespace windows

using namespace windows;

std::vector<std::size_t> wait_many(std::span<const waitable> what, deadline until) {
    for (;;) {
        std::vector<std::size_t> ready = all_ready(what);
        if (!ready.empty() || passed(until)) return ready;
        if (what.empty())
            Sleep(milliseconds_until(until));
        else
            sleep_until_any(what, until);
    }
}

}  // namespace brood::platform
