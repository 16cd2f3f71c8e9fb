// SPDX-License-Identifier: MIT
#include "manager/answer.hpp"

#include "channel/message.hpp"
#include "channel/patience.hpp"
#include "codec/exception.hpp"
#include "codec/stack.hpp"

#include <brood/process.hpp>

#include <algorithm>
#include <new>

namespace brood::managing {

// A page of that place may be another process's by now, and its slots wait for other calls.
answer::answer(const job& call) noexcept : slot_(nullptr), flat_(call.head.flat) {
    if (!call.page) return;
    auto& page = page_at(call.page->block());
    auto& slot = page.slots[call.head.slot % slots_per_page];
    if (page.owner.load() == call.head.caller && slot.ticket.load() == call.head.ticket) slot_ = &slot;
}

void answer::prepare(const output_archive& archive, answer_kind kind) {
    message_.reset();
    if (flat_ && !archive.shared_objects().empty())
        throw serialization_error("what refers to the memory of a session cannot be sent to another one");
    if (slot_ == nullptr) return;
    const auto bytes = archive.bytes();
    if (bytes.size() > slot_->bytes.size() || !archive.blocks().empty() || !archive.shared_objects().empty()) {
        message_ = channel::make_message(archive);
    } else {
        std::copy(bytes.begin(), bytes.end(), slot_->bytes.begin());
        slot_->size = bytes.size();
    }
    slot_->kind = kind;
}

void answer::fail(const std::exception_ptr& failure) noexcept {
    const auto send = [this](const std::exception_ptr& what) {
        const auto text = detail::encode_exception(what, detail::thrown_stack(what), current_process().name(),
                                                   platform::current_process_id());
        output_archive archive({.handles = false});
        archive.write(text.data(), text.size());
        prepare(archive, answer_kind::exception);
    };
    try {
        send(failure);
    } catch (const std::exception&) {
        send(std::make_exception_ptr(std::bad_alloc()));  // small enough for the slot
    }
}

void answer::hang_in() const {
    arena::transaction change;
    arena::add_reference(change, message_->block());
    change.write(slot_->message, message_->block());
    change.commit();
}

void answer::publish() noexcept {
    if (slot_ == nullptr) return;
    if (message_) hang_in();
    slot_->decided.store(1, std::memory_order_release);
    channel::ring_bell(slot_->bell);
    if (const arena::offset word = slot_->told.load()) arena::wake(arena::at<std::byte>(word), 1);
}

}  // namespace brood::managing
