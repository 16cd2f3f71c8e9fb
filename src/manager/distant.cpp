// SPDX-License-Identifier: MIT
#include "manager/distant.hpp"

#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "manager/registered_names.hpp"

#include "platform/platform.hpp"

#include <brood/error.hpp>

#include <cstring>

namespace brood::managing {
namespace {

constexpr std::string_view protocol = "brood manager 1 ", with_names = " names";

std::string own_build() {
    static const std::string build = detail::hex(platform::loaded_modules().front().build_id);
    return build;
}

}  // namespace

std::string make_greeting() {
    auto text = std::string(protocol) + own_build();
    if (registers_names()) text += with_names;
    return text;
}

std::string check_greeting(std::span<const std::byte> theirs) {
    const std::string_view text(reinterpret_cast<const char*>(theirs.data()), theirs.size());
    if (!text.starts_with(protocol))
        throw error("the other side of the connection is no manager of brood's, or another version");
    auto build = text.substr(protocol.size());
    const bool has_names = build.ends_with(with_names);
    if (has_names) build.remove_suffix(with_names.size());
    if (build == own_build()) return {};
    if (has_names && registers_names()) return std::string(build);
    throw bootstrap_error("the program at the other side has build id " + std::string(build) + ", this one " +
                          own_build() + ": both must be the same build, or register types by name (managed_type)");
}

void link::name_for_others(request_head& head, const detail::entry_name* entry) const {
    const auto require = [&](std::optional<std::uint64_t> number) {
        if (number) return *number;
        throw bootstrap_error("the program at the other side has build id " + other_build_ + ", this one " +
                              own_build() + ": it can use only what is registered by name (managed_type)");
    };
    if (entry != nullptr) head.entry = require(number_of_entry(entry->address()));
    if (head.kind == request_kind::create || head.kind == request_kind::find)
        head.object = require(number_of_type(head.object));
}

// ---- link ---------------------------------------------------------------------------------------------------------

std::uint64_t link::open_ticket() {
    const std::lock_guard guard(lock_);
    answers_.emplace(++last_ticket_, std::nullopt);
    return last_ticket_;
}

void link::close_ticket(std::uint64_t ticket) noexcept {
    const std::lock_guard guard(lock_);
    answers_.erase(ticket);
}

void link::send(std::span<const std::byte> request) {
    const std::lock_guard guard(sending_);
    connection_.send_bytes(request);
}

// With the lock, which is free while this thread receives for all.
void link::receive(std::unique_lock<std::mutex>& held, const detail::channel_deadline& until) {
    receiving_ = true;
    held.unlock();
    std::optional<std::vector<std::byte>> got;
    std::exception_ptr failure;
    try {
        if (until)
            got = connection_.recv_bytes_until(*until);
        else
            got = connection_.recv_bytes();
        if (got && got->size() < sizeof(answer_head)) throw error("an answer of a manager is shorter than its head");
    } catch (...) {
        failure = std::current_exception();
    }
    held.lock();
    receiving_ = false;
    if (failure) broken_ = failure;
    if (got && !failure) {
        answer_head head;
        std::memcpy(&head, got->data(), sizeof head);
        const auto waiting = answers_.find(head.ticket);
        if (waiting != answers_.end()) waiting->second = std::move(got);  // else nobody waits any more
    }
    came_.notify_all();
}

bool link::wait(std::uint64_t ticket, const detail::channel_deadline& until) {
    std::unique_lock held(lock_);
    const auto over = [&] { return broken_ != nullptr || answers_.at(ticket).has_value(); };
    while (!over()) {
        if (!receiving_)
            receive(held, until);
        else if (!until)
            came_.wait(held);
        else
            came_.wait_until(held, *until);
        if (!over() && until && std::chrono::steady_clock::now() >= *until) return false;
    }
    return true;
}

std::vector<std::byte> link::take(std::uint64_t ticket) {
    const std::lock_guard guard(lock_);
    auto& answer = answers_.at(ticket);
    if (answer) return std::move(*answer);
    std::rethrow_exception(broken_);
}

// ---- objects and calls --------------------------------------------------------------------------------------------

distant_object::~distant_object() {
    if (id_ == 0) return;
    try {
        request_head head;
        head.kind = request_kind::release;
        head.object = id_;
        way_->send(std::as_bytes(std::span(&head, 1)));
    } catch (const std::exception&) {
        // the connection ended, and with it what it kept
    }
}

std::span<const std::byte> distant_call::open() {
    answer_ = way_->take(ticket_);
    answer_head head;
    std::memcpy(&head, answer_.data(), sizeof head);
    const auto bytes = std::span<const std::byte>(answer_).subspan(sizeof head);
    if (head.kind == answer_kind::exception)
        std::rethrow_exception(detail::decode_exception({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    return bytes;
}

}  // namespace brood::managing
