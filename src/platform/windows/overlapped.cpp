// SPDX-License-Identifier: MIT
#include "platform/windows/overlapped.hpp"

#include <mutex>
#include <utility>
#include <vector>

namespace brood::platform::windows {

namespace {

// Every operation needs an event, and making one costs more than a small read: they are used again.
class event_pool {
public:
    unique_handle take() {
        {
            const std::scoped_lock lock(mutex_);
            if (!idle_.empty()) {
                unique_handle event = std::move(idle_.back());
                idle_.pop_back();
                return event;
            }
        }
        return make_event(true);
    }

    void give_back(unique_handle event) noexcept {
        const std::scoped_lock lock(mutex_);
        if (idle_.size() < idle_.capacity()) idle_.push_back(std::move(event));
    }

    event_pool() { idle_.reserve(32); }

private:
    std::mutex mutex_;
    std::vector<unique_handle> idle_;
};

// Never destroyed: threads may read and write until the very end of the process.
event_pool& events() {
    static event_pool& pool = *new event_pool;
    return pool;
}

}  // namespace

overlapped_io::overlapped_io(HANDLE file) : file_(file), event_(events().take()) { state_.hEvent = event_.get(); }

overlapped_io::~overlapped_io() {
    if (pending_) cancel();
    events().give_back(std::move(event_));
}

void overlapped_io::read(void* into, DWORD size) { started(ReadFile(file_, into, size, nullptr, &state_)); }

void overlapped_io::write(const void* from, DWORD size) { started(WriteFile(file_, from, size, nullptr, &state_)); }

void overlapped_io::started(BOOL at_once) {
    if (!at_once) outcome_.error = GetLastError();
    // Part of a message that was read at once: only the finished operation tells how much.
    const bool in_part = outcome_.error == ERROR_MORE_DATA;
    pending_ = at_once || in_part || outcome_.error == ERROR_IO_PENDING;
    if (at_once || in_part) finish();
}

overlapped_io::outcome overlapped_io::finish() {
    if (!std::exchange(pending_, false)) return outcome_;
    outcome_ = {};
    if (!GetOverlappedResult(file_, &state_, &outcome_.bytes, TRUE)) outcome_.error = GetLastError();
    return outcome_;
}

overlapped_io::outcome overlapped_io::cancel() {
    if (pending_) CancelIoEx(file_, &state_);
    return finish();
}

}  // namespace brood::platform::windows
