// SPDX-License-Identifier: MIT
#include <brood/detail/remote_call.hpp>

#include "channel/message.hpp"
#include "channel/patience.hpp"
#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "manager/caller.hpp"
#include "manager/distant.hpp"
#include "manager/kinds.hpp"
#include "manager/slots.hpp"
#include "process/packed_status.hpp"

#include "arena/session.hpp"

#include <brood/detail/ready_gate.hpp>
#include <brood/proxy.hpp>

#include <stdexcept>

namespace brood::detail {

using managing::manager_state;
using managing::object_state;
using managing::request_head;
using managing::request_kind;

// ---- entries ------------------------------------------------------------------------------------------------------

entry_name::entry_name(managed_entry entry) : entry_(entry) {
    const auto place = locate_code(reinterpret_cast<const void*>(entry));
    offset_ = place.offset;
    if (place.program) return;
    output_archive archive;
    save_value(archive, place);
    elsewhere_.assign(reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size());
}

namespace {

std::atomic<const known_entry*> entries{nullptr};

}  // namespace

known_entry::known_entry(managed_entry entry, std::uint64_t type) noexcept
    : entry_(entry), type_(type), next_(entries.load()) {
    while (!entries.compare_exchange_weak(next_, this)) {
    }
}

bool known_entry::is_known(managed_entry entry, std::uint64_t type) noexcept {
    for (const auto* one = entries.load(); one != nullptr; one = one->next_)
        if (one->entry_ == entry && one->type_ == type) return true;
    return false;
}

// ---- what is called -----------------------------------------------------------------------------------------------

void object_ref::save(output_archive& archive) const {
    if (distant_) throw serialization_error("a proxy of a connected manager stays in its process");
    local_.save(archive);
}

bool operator==(const object_ref& a, const object_ref& b) noexcept {
    if (!a.distant_ || !b.distant_) return a.distant_ == b.distant_ && a.local_ == b.local_;
    return a.distant_->way() == b.distant_->way() && a.distant_->id() == b.distant_->id();
}

// ---- a call -------------------------------------------------------------------------------------------------------

namespace {

// To another session all bytes go in one piece.
archive_mode mode_for(const object_ref& called) noexcept {
    const bool here = called.distant() == nullptr;
    return {.handles = false, .blocks = here, .kept_handles = here};
}

}  // namespace

// The others build on it, so that its end follows whatever they throw.
remote_call::remote_call(const object_ref& keeper, unsent) : keeper_(keeper), request_(mode_for(keeper)) {}

remote_call::remote_call(const object_ref& proxy, const entry_name& entry, call_access access, bool waits)
    : remote_call(proxy, unsent()) {
    if (!proxy) throw std::logic_error("this proxy names no object");
    request_head head;
    head.kind = request_kind::call;
    head.how = static_cast<std::uint8_t>(access);
    if (proxy.distant()) {
        begin_distant(head, &entry);
        return;
    }
    manager_ = &managing::manager_at(managing::referred(proxy.local().held()->block(), managing::manager_word));
    head.object = proxy.local().as<object_state>().id;
    head.chain = waits ? managing::current_chain() : 0;
    begin(head, &entry);
}

remote_call::remote_call(const object_ref& manager, const entry_name& entry, call_mode mode, std::uint64_t type)
    : remote_call(manager, unsent()) {
    request_head head;
    head.kind = request_kind::create;
    head.object = type;
    head.how = static_cast<std::uint8_t>(mode);
    begin_at_manager(head, &entry);
}

remote_call::remote_call(const object_ref& manager) : remote_call(manager, unsent()) {
    request_head head;
    head.kind = request_kind::count;
    begin_at_manager(head, nullptr);
}

remote_call::remote_call(const object_ref& manager, const std::string& name, std::uint64_t type)
    : remote_call(manager, unsent()) {
    if (!manager.distant()) throw std::logic_error("find() is for connected managers: this one was made here");
    request_head head;
    head.kind = request_kind::find;
    head.object = type;
    begin_distant(head, nullptr);
    request_.write(name.data(), name.size());
}

remote_call::remote_call(const shared_object& keeper, const request_head& head)
    : remote_call(object_ref(keeper), unsent()) {
    manager_ = head.kind == request_kind::call
                   ? &managing::manager_at(managing::referred(keeper.held()->block(), managing::manager_word))
                   : &keeper.as<manager_state>();
    begin(head, nullptr);
}

remote_call::remote_call(const shared_object& manager, const entry_name& entry, call_mode mode,
                         const shared_object& proxy, std::uint32_t server)
    : remote_call(object_ref(manager), unsent()) {
    manager_ = &manager.as<manager_state>();
    server_ = server;
    request_head head;
    head.kind = request_kind::create_again;
    head.object = proxy.as<object_state>().id;
    head.how = static_cast<std::uint8_t>(mode);
    begin(head, &entry);
}

void remote_call::begin_at_manager(const request_head& head, const entry_name* entry) {
    if (keeper_.distant()) return begin_distant(head, entry);
    manager_ = &keeper_.local().as<manager_state>();
    begin(head, entry);
}

// The object's number is that of the connection; a manager's is its type's.
void remote_call::begin_distant(const request_head& given, const entry_name* entry) {
    distant_ = std::make_unique<managing::distant_call>(keeper_.distant()->way());
    request_head head = given;
    head.ticket = distant_->ticket();
    if (head.kind == request_kind::call) head.object = keeper_.distant()->id();
    if (entry != nullptr) head.entry = entry->offset();
    if (distant_->way()->is_foreign())
        distant_->way()->name_for_others(head, entry);
    else if (entry != nullptr && !entry->elsewhere().empty())
        throw serialization_error("code of a shared library cannot be called over a connection");
    request_.write(&head, sizeof head);
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
        managing::abandon_slot(*slot_, keeper_.local(), server_);
    else
        managing::give_slot(*slot_);
}

void remote_call::send() {
    if (distant_) {
        if (!request_.shared_objects().empty())
            throw serialization_error("what refers to the memory of a session cannot be sent to another one");
        return distant_->send(request_);
    }
    managing::put_request(*manager_, request_);
    sent_ = true;
}

bool remote_call::is_decided() const noexcept { return slot_->decided.load(std::memory_order_acquire) != 0; }

bool remote_call::is_over() const noexcept { return is_decided() || !arena::is_living(server_); }

// It may be over before the word is known to who answers.
void remote_call::tell_when_over(std::uint64_t word) noexcept { slot_->told = word; }

bool remote_call::has_failed() const noexcept {
    return !is_decided() || slot_->kind == managing::answer_kind::exception;
}

bool remote_call::wait_until(const channel_deadline& until) {
    const waiting_scope waiting;
    if (distant_) return distant_->wait(until);
    const auto over = [this] { return is_over(); };
    return channel::wait_at(slot_->bell, until, over, [&] { return !over(); });
}

void remote_call::throw_died() const {
    const auto pid = manager_->pid.load();
    const auto status = unpack(arena::how_it_ended(server_));
    throw process_died("the manager '" + std::string(manager_->name.data()) + "' (pid " + std::to_string(pid) + ") " +
                           status.to_string() + " before it answered",
                       pid, status);
}

remote_call::raw_answer remote_call::open_raw() {
    if (!is_decided()) throw_died();
    std::span<const std::byte> bytes(slot_->bytes.data(), static_cast<std::size_t>(slot_->size));
    if (slot_->message != 0) {
        message_ = std::make_unique<taken_value>();
        message_->set_message(
            arena::take_over(slot_->message, [&](arena::transaction& change) { change.write(slot_->message, 0); }));
        bytes = message_->bytes();
    }
    return {slot_->kind == managing::answer_kind::exception, bytes};
}

input_archive& remote_call::open() {
    if (distant_) return reply_.emplace(distant_->open());
    const auto answer = open_raw();
    if (answer.is_exception)
        std::rethrow_exception(
            decode_exception({reinterpret_cast<const char*>(answer.bytes.data()), answer.bytes.size()}));
    return reply_.emplace(answer.bytes, message_.get());
}

object_ref remote_call::open_object(std::uint64_t type) {
    auto& archive = open();
    if (!distant_) return object_ref(load_proxy(archive, type));
    const auto id = load_value<std::uint64_t>(archive);
    return object_ref(std::make_shared<managing::distant_object>(distant_->way(), id));
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
