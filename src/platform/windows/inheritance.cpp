// SPDX-License-Identifier: MIT
#include "platform/windows/inheritance.hpp"

#include <algorithm>

namespace brood::platform::windows {

namespace {

// Two starts must not take the inheritable mark of one handle from each other.
std::mutex lending_mutex;

unique_handle stream_for(const stdio_target& target, std::size_t number) {
    if (target.what == stdio_target::kind::handle) return duplicate_handle(target.handle);
    const HANDLE own = standard_stream(static_cast<int>(number));
    if (target.what == stdio_target::kind::null || own == no_handle()) return open_null_device();
    return duplicate_handle(own);
}

}  // namespace

inheritance::inheritance(const spawn_spec& spec) {
    for (const HANDLE handle : spec.inherit) lend(handle);
    for (std::size_t number = 0; number < streams_.size(); ++number)
        streams_[number] = add(stream_for(spec.stdio[number], number));
}

inheritance::~inheritance() {
    if (!lending_) return;
    for (const HANDLE handle : lent_) SetHandleInformation(handle, HANDLE_FLAG_INHERIT, 0);
}

void inheritance::lend(HANDLE handle) {
    if (std::find(list_.begin(), list_.end(), handle) != list_.end()) return;
    DWORD flags = 0;
    if (!GetHandleInformation(handle, &flags)) throw_last_error("handle to inherit");
    list_.push_back(handle);
    if ((flags & HANDLE_FLAG_INHERIT) == 0) lent_.push_back(handle);
}

HANDLE inheritance::add(unique_handle handle) {
    list_.push_back(handle.get());
    owned_.push_back(std::move(handle));
    return list_.back();
}

void inheritance::open() {
    if (!lent_.empty()) lending_ = std::unique_lock(lending_mutex);
    for (const HANDLE handle : list_)
        if (!SetHandleInformation(handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT))
            throw_last_error("SetHandleInformation");
}

}  // namespace brood::platform::windows
