// SPDX-License-Identifier: MIT
#include "channel/connection_core.hpp"

#include "arena/wait_set.hpp"

#include <brood/serialization.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace brood::detail {

connection_core::connection_core(platform::link link, std::uint64_t most)
    : most_(most), link_(std::make_shared<message_link>(std::move(link))) {}

std::shared_ptr<message_link> connection_core::link() const {
    const std::scoped_lock lock(mutex_);
    if (!link_) throw std::logic_error("this connection is closed");
    return link_;
}

void connection_core::close() noexcept {
    std::shared_ptr<message_link> last;  // closed after the lock is gone
    const std::scoped_lock lock(mutex_);
    last.swap(link_);
}

bool connection_core::is_open() const noexcept {
    const std::scoped_lock lock(mutex_);
    return link_ != nullptr;
}

bool connection_core::send(std::span<const std::byte> message, const platform::deadline& until) {
    const auto mine = sender_.take(until);
    const auto to = link();
    if (!mine) return false;
    try {
        return in_errors_of_brood([&] { return to->send(message, until); });
    } catch (const timeout_error&) {
        close();
        throw;
    }
}

// After an error other than the end of the stream there is no telling where the next message begins.
template <class Work>
auto connection_core::receiving(const platform::deadline& until, const Work& work)
    -> decltype(work(std::declval<message_link&>())) {
    const auto mine = receiver_.take(until);
    const auto from = link();
    if (!mine) return std::nullopt;
    try {
        return in_errors_of_brood([&] { return work(*from); });
    } catch (const end_of_stream&) {
        throw;
    } catch (const error&) {
        close();
        throw;
    } catch (const std::length_error&) {
        close();
        throw;
    }
}

std::optional<std::vector<std::byte>> connection_core::receive(std::uint64_t most, const platform::deadline& until) {
    return receiving(until, [&](message_link& from) { return from.receive(std::min(most, most_), until); });
}

std::optional<std::uint64_t> connection_core::receive_into(std::span<std::byte> into, const platform::deadline& until) {
    return receiving(until, [&](message_link& from) { return from.receive_into(into, most_, until); });
}

bool connection_core::wait(const platform::deadline& until) {
    const auto from = link();
    if (from->holds_message()) return true;
    const platform::waitable one = from->link().to_wait_for();
    return in_errors_of_brood([&] { return !platform::wait_many({&one, 1}, until).empty(); });
}

// A message may have been read and not taken, if it was too long for its receiver.
void connection_core::join_wait(wait_set& set) const {
    const auto from = link();
    if (from->holds_message()) return set.add_ready();
    set.add({.handles = {from->link().to_wait_for()}, .keep = from});
}

void connection_core::save(output_archive& archive) const {
    const auto mine = receiver_.take(std::chrono::steady_clock::time_point::min());
    const auto from = link();
    if (!mine) throw serialization_error("a connection cannot cross while another thread receives from it");
    if (from->holds_anything())
        throw serialization_error(
            "a connection cannot cross while a message was read from it in part: receive it first");
    save_value(archive, static_cast<std::uint8_t>(from->link().kind()));
    save_value(archive, most_);
    const bool messages = from->link().kind() == platform::link_kind::messages;
    save_value(archive, static_cast<std::uint32_t>(messages ? from->link().empty_messages().exchange(0) : 0));
    archive.write_handle(from->link().handle());
}

std::shared_ptr<connection_core> connection_core::load(input_archive& archive) {
    const auto kind = load_value<std::uint8_t>(archive);
    if (kind > static_cast<std::uint8_t>(platform::link_kind::messages))
        throw serialization_error("a connection of no known kind");
    const auto most = load_value<std::uint64_t>(archive);
    const auto empty_messages = load_value<std::uint32_t>(archive);
    const auto handle = archive.read_handle();
    platform::link link(handle, static_cast<platform::link_kind>(kind));
    if (link.kind() == platform::link_kind::messages) link.empty_messages() = empty_messages;
    return std::make_shared<connection_core>(std::move(link), most);
}

}  // namespace brood::detail
