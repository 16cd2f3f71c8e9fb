// SPDX-License-Identifier: MIT
#include <brood/connection.hpp>

#include "channel/connection_core.hpp"

#include <brood/serialization.hpp>

#include <string>

namespace brood {
namespace {

platform::deadline deadline_of(const std::chrono::steady_clock::time_point* time) {
    return time == nullptr ? platform::deadline() : platform::deadline(*time);
}

}  // namespace

buffer_too_short::buffer_too_short(std::size_t message_size)
    : std::length_error("a message of " + std::to_string(message_size) + " bytes does not fit into the memory for it"),
      message_size_(message_size) {}

detail::connection_core& byte_connection::open_core() const {
    if (!core_) throw std::logic_error("this connection is empty");
    return *core_;
}

bool byte_connection::send(std::span<const std::byte> message,
                           const std::chrono::steady_clock::time_point* time) const {
    return open_core().send(message, deadline_of(time));
}

std::optional<std::vector<std::byte>> byte_connection::receive(
    std::size_t most, const std::chrono::steady_clock::time_point* time) const {
    return open_core().receive(most, deadline_of(time));
}

std::optional<std::size_t> byte_connection::receive_into(std::span<std::byte> into,
                                                         const std::chrono::steady_clock::time_point* time) const {
    const auto size = open_core().receive_into(into, deadline_of(time));
    if (!size) return std::nullopt;
    if (*size > into.size()) throw buffer_too_short(static_cast<std::size_t>(*size));
    return static_cast<std::size_t>(*size);
}

bool byte_connection::wait(const std::chrono::steady_clock::time_point* time) const {
    return open_core().wait(deadline_of(time));
}

void byte_connection::join_wait(detail::wait_set& set) const { open_core().join_wait(set); }

void byte_connection::close() const noexcept {
    if (core_) core_->close();
}

bool byte_connection::is_open() const noexcept { return core_ && core_->is_open(); }

native_handle_type byte_connection::native_handle() const { return open_core().handle(); }

void byte_connection::save(output_archive& archive) const {
    detail::save_value(archive, is_open());
    if (is_open()) core_->save(archive);
}

void byte_connection::load(input_archive& archive) {
    core_.reset();
    if (detail::load_value<bool>(archive)) core_ = detail::connection_core::load(archive);
}

std::pair<byte_connection, byte_connection> byte_pipe() {
    auto pair = detail::in_errors_of_brood([] { return platform::make_link_pair(); });
    return {byte_connection(std::make_shared<detail::connection_core>(std::move(pair.first))),
            byte_connection(std::make_shared<detail::connection_core>(std::move(pair.second)))};
}

}  // namespace brood
