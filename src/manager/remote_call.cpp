// SPDX-License-Identifier: MIT
#include <brood/detail/remote_call.hpp>

#include "channel/message.hpp"
#include "channel/patience.hpp"
#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "manager/caller.hpp"
#include "manager/kinds.hpp"
#include "manager/slots.hpp"
#include "process/packed_status.hpp"

#include "arena/session.hpp"

#include <brood/proxy.hpp>

#include <stdexcept>

namespace brood::detail {

using managing::manager_state;
using managing::object_state;
using managing::request_head;
using managing::request_kind;

// ---- entries ------------------------------------------------------------------------------------------------------

entry_name::entry_name(managed_entry entry) {
    const auto place = locate_code(reinterpret_cast<const void*>(entry));
    offset_ = place.offset;
    if (place.program) return;
    output_archive archive;
    save_value(archive, place);
    elsewhere_.assign(reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size());
}

// ---- a call -------------------------------------------------------------------------------------------------------

// The others build on it, so that its end follows whatever they throw.
remote_call::remote_call(const shared_object& keeper, unsent) : keeper_(keeper), request_({.handles = false}) {}

remote_call::remote_call(const shared_object& proxy, const entry_name& entry, call_access access, bool waits)
    : remote_call(proxy, unsent()) {
    if (!proxy) throw std::logic_error("this proxy names no object");
    manager_ = &managing::manager_at(managing::referred(proxy.held()->block(), managing::manager_word));
    request_head head;
    head.kind = request_kind::call;
    head.object = proxy.as<object_state>().id;
    head.how = static_cast<std::uint8_t>(access);
    head.chain = waits ? managing::current_chain() : 0;
    begin(head, &entry);
}

remote_call::remote_call(const shared_object& manager, const entry_name& entry, call_mode mode, std::uint64_t type)
    : remote_call(manager, unsent()) {
    manager_ = &manager.as<manager_state>();
    request_head head;
    head.kind = request_kind::create;
    head.object = type;
    head.how = static_cast<std::uint8_t>(mode);
    begin(head, &entry);
}

remote_call::remote_call(const shared_object& manager) : remote_call(manager, unsent()) {
    manager_ = &manager.as<manager_state>();
    request_head head;
    head.kind = request_kind::count;
    begin(head, nullptr);
}

remote_call::remote_call(const shared_object& manager, const entry_name& entry, call_mode mode,
                         const shared_object& proxy, std::uint32_t server)
    : remote_call(manager, unsent()) {
    manager_ = &manager.as<manager_state>();
    server_ = server;
    request_head head;
    head.kind = request_kind::create_again;
    head.object = proxy.as<object_state>().id;
    head.how = static_cast<std::uint8_t>(mode);
    begin(head, &entry);
}

// A supervised manager that died is waited for until its process was started again, or will not be.
void remote_call::find_server() {
    auto& manager = *manager_;
    const auto restarts = [&] {
        return manager.maker.load() != 0 && arena::is_living(manager.maker.load()) &&
               !arena::is_living(manager.server.load());
    };
    while (restarts()) channel::sleep_at(manager.started, {}, restarts);
    managing::require_open(manager);
    server_ = manager.server.load();
    if (!arena::is_living(server_)) throw_died();
}

void remote_call::begin(request_head head, const entry_name* entry) {
    arena::use_session();
    managing::require_open(*manager_);
    if (server_ == 0) find_server();
    slot_ = &managing::take_slot();
    head.ticket = slot_->ticket.load(std::memory_order_relaxed);
    head.page = managing::page_of(*slot_);
    head.slot = slot_->index;
    head.caller = arena::own_tag.load(std::memory_order_relaxed);
    head.server = server_;
    if (head.chain == 0) head.chain = head.ticket;
    if (entry != nullptr) {
        head.entry = entry->offset();
        head.entry_elsewhere = !entry->elsewhere().empty();
    }
    request_.write(&head, sizeof head);
    if (head.entry_elsewhere) request_.write(entry->elsewhere().data(), entry->elsewhere().size());
}

remote_call::~remote_call() {
    if (slot_ == nullptr || slot_->ticket.load(std::memory_order_relaxed) >> 32 != arena::own_tag.load()) return;
    reply_.reset();
    if (sent_ && !is_decided() && arena::is_living(server_))
        managing::abandon_slot(*slot_, std::move(keeper_), server_);
    else
        managing::give_slot(*slot_);
}

void remote_call::send() {
    managing::put_request(*manager_, request_);
    sent_ = true;
}

bool remote_call::is_decided() const noexcept { return slot_->decided.load(std::memory_order_acquire) != 0; }

bool remote_call::wait_until(channel_deadline until) {
    const auto over = [this] { return is_decided() || !arena::is_living(server_); };
    if (over()) return true;
    const managing::waiting_for_a_call mark;
    return channel::wait_at(slot_->bell, until, over, [&] { return !over(); });
}

void remote_call::throw_died() const {
    const auto pid = manager_->pid.load();
    const auto status = unpack(arena::how_it_ended(server_));
    throw process_died("the manager '" + std::string(manager_->name.data()) + "' (pid " + std::to_string(pid) + ") " +
                           status.to_string() + " before it answered",
                       pid, status);
}

input_archive& remote_call::open() {
    if (!is_decided()) throw_died();
    std::span<const std::byte> bytes(slot_->bytes.data(), static_cast<std::size_t>(slot_->size));
    if (slot_->message != 0) {
        message_ = std::make_unique<taken_value>();
        message_->set_message(
            arena::take_over(slot_->message, [&](arena::transaction& change) { change.write(slot_->message, 0); }));
        bytes = message_->bytes();
    }
    if (slot_->kind == managing::answer_kind::exception)
        std::rethrow_exception(decode_exception({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
    return reply_.emplace(bytes, message_.get());
}

// ---- as a future --------------------------------------------------------------------------------------------------

namespace {

class pending_call final : public pending_result {
public:
    explicit pending_call(std::unique_ptr<remote_call> call) : call_(std::move(call)) {}
    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        return call_->wait_until(time == nullptr ? channel_deadline() : channel_deadline(*time));
    }
    input_archive& open() override { return call_->open(); }
    void reading_failed() override {}
    void close() noexcept override { call_.reset(); }
    std::shared_ptr<running_child> child() const override { return nullptr; }

private:
    std::unique_ptr<remote_call> call_;
};

}  // namespace

std::shared_ptr<pending_result> pend(std::unique_ptr<remote_call> call) {
    return std::make_shared<pending_call>(std::move(call));
}

// ---- proxies ------------------------------------------------------------------------------------------------------

shared_object load_proxy(input_archive& archive, std::uint64_t type) {
    managing::register_managing();
    auto loaded = shared_object::load(archive, arena::kind::managed_object);
    if (loaded && loaded.as<object_state>().type != type)
        throw serialization_error("a proxy of an object of another type");
    return loaded;
}

}  // namespace brood::detail
