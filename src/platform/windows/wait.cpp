// SPDX-License-Identifier: MIT
// Waiting for any of many things. The system waits for 64 handles at once; more are shared out to threads. A channel
// becomes waitable by a read of zero bytes: it ends when there are bytes or the pipe broke, and takes nothing.
#include "platform/windows/channel.hpp"
#include "platform/windows/overlapped.hpp"

#include <algorithm>
#include <list>

namespace brood::platform {

namespace windows {

namespace {

bool is_ready(const waitable& what) {
    if (what.what == waitable::kind::channel) return channel_is_ready(what.handle);
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

// Returns when something may be ready, also for no reason; the caller looks.
void sleep_until_any(std::span<const waitable> what, const deadline& until) {
    std::list<overlapped_io> reads;
    std::vector<HANDLE> handles;
    for (const waitable& one : what) {
        if (one.what == waitable::kind::process) {
            handles.push_back(one.handle);
            continue;
        }
        overlapped_io& read = reads.emplace_back(one.handle);
        read.read(nullptr, 0);
        if (!read.pending()) return;
        handles.push_back(read.event());
    }
    std::sort(handles.begin(), handles.end());
    handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
    if (handles.size() <= MAXIMUM_WAIT_OBJECTS)
        wait_for_any(handles, until);
    else
        wait_with_threads(handles, until);
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
