// SPDX-License-Identifier: MIT
// Managers of other sessions: what goes over the connection, and the side that connected. Heads travel as they lie in
// memory: the protocol's number stands for their form. In those of another build, functions and types are numbers that
// were made from registered names.
//
//   client: greeting                           server: greeting
//           head, arguments (any number)  ->
//                                         <-   head, result or exception (for each, in any order)
#pragma once

#include "manager/state.hpp"

#include <brood/connection.hpp>

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace brood::managing {

inline constexpr std::size_t longest_greeting = 1000;
// What each side says first: the protocol, the build of its program, and whether that registers names.
std::string make_greeting();
// The other side's build; empty when it is this one's. Throws bootstrap_error when it is another one and not both
// register names, brood::error when it is nothing of the kind.
std::string check_greeting(std::span<const std::byte> theirs);

struct answer_head {
    std::uint64_t ticket = 0;
    answer_kind kind = answer_kind::value;
    std::uint32_t unused = 0;
};

// A connection with those who wait for answers. One of them receives for all. Thread-safe.
class link {
public:
    link(byte_connection connection, std::string other_build)
        : connection_(std::move(connection)), other_build_(std::move(other_build)) {}
    // Whether the other side is of another build.
    bool is_foreign() const noexcept { return !other_build_.empty(); }
    // Puts numbers that the other build knows into a request. Throws bootstrap_error when there are none.
    void name_for_others(request_head& head, const detail::entry_name* entry) const;

    // A ticket for a call whose answer will be waited for.
    std::uint64_t open_ticket();
    void close_ticket(std::uint64_t ticket) noexcept;
    void send(std::span<const std::byte> request);
    // True when the answer is there, or the connection is broken.
    bool wait(std::uint64_t ticket, const detail::channel_deadline& until);
    // The answer, head included; throws why there is none.
    std::vector<std::byte> take(std::uint64_t ticket);

private:
    using answers = std::unordered_map<std::uint64_t, std::optional<std::vector<std::byte>>>;
    void receive(std::unique_lock<std::mutex>& held, const detail::channel_deadline& until);

    byte_connection connection_;
    const std::string other_build_;
    std::mutex sending_;
    std::mutex lock_;
    std::condition_variable came_;
    bool receiving_ = false;
    std::exception_ptr broken_;
    std::uint64_t last_ticket_ = 0;
    answers answers_;
};

// An object there, or the manager itself (0). Tells the other side when it ends.
class distant_object {
public:
    distant_object(std::shared_ptr<link> way, std::uint64_t id) noexcept : way_(std::move(way)), id_(id) {}
    ~distant_object();
    distant_object(const distant_object&) = delete;
    distant_object& operator=(const distant_object&) = delete;
    const std::shared_ptr<link>& way() const noexcept { return way_; }
    std::uint64_t id() const noexcept { return id_; }

private:
    const std::shared_ptr<link> way_;
    const std::uint64_t id_;
};

// One call over a link.
class distant_call {
public:
    explicit distant_call(std::shared_ptr<link> way) : way_(std::move(way)), ticket_(way_->open_ticket()) {}
    ~distant_call() { way_->close_ticket(ticket_); }
    distant_call(const distant_call&) = delete;
    distant_call& operator=(const distant_call&) = delete;
    const std::shared_ptr<link>& way() const noexcept { return way_; }
    std::uint64_t ticket() const noexcept { return ticket_; }
    void send(const output_archive& request) { way_->send(request.bytes()); }
    bool wait(const detail::channel_deadline& until) { return way_->wait(ticket_, until); }
    // The bytes of the result, valid as long as this object; throws what the call threw.
    std::span<const std::byte> open();

private:
    const std::shared_ptr<link> way_;
    const std::uint64_t ticket_;
    std::vector<std::byte> answer_;
};

}  // namespace brood::managing
