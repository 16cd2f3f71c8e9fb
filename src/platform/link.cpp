// SPDX-License-Identifier: MIT
// What links have in common on every system.
#include "platform/socket.hpp"

namespace brood::platform {

link::link(handle_t handle, link_kind kind) : handle_(handle), kind_(kind) {
    unique_handle guard(handle);
    if (kind == link_kind::messages) empty_messages_ = std::make_unique<std::atomic<unsigned>>(0);
    static_cast<void>(guard.release());
}

link::link(link&& other) noexcept
    : handle_(std::exchange(other.handle_, no_handle())),
      kind_(other.kind_),
      empty_messages_(std::move(other.empty_messages_)) {}

link& link::operator=(link&& other) noexcept {
    if (this == &other) return *this;
    reset();
    handle_ = std::exchange(other.handle_, no_handle());
    kind_ = other.kind_;
    empty_messages_ = std::move(other.empty_messages_);
    return *this;
}

}  // namespace brood::platform
