// SPDX-License-Identifier: MIT
#include "manager/slots.hpp"

#include <mutex>
#include <vector>

namespace brood::managing {
namespace {

class own_slots {
public:
    // Those of this process; a forked copy makes its own.
    static own_slots& get();
    call_slot& take();
    void give(call_slot& slot) {
        if (slot.message != 0) {
            drop_message(slot);
            arena::clear_dying();
        }
        const std::lock_guard guard(lock_);
        free_.push_back(&slot);  // has room: reserved with its page
    }
    void abandon(call_slot& slot, detail::shared_object keeper, arena::process_tag server);

private:
    struct abandoned {
        call_slot* slot;
        detail::shared_object keeper;
        arena::process_tag server;
        bool is_over() const noexcept { return slot->decided.load() != 0 || !arena::is_living(server); }
    };

    explicit own_slots(arena::process_tag owner) : owner_(owner) {}
    std::vector<abandoned> take_answered();
    void add_page();

    const arena::process_tag owner_;
    std::mutex lock_;
    std::vector<arena::block_handle> pages_;
    std::vector<call_slot*> free_;
    std::vector<abandoned> abandoned_;
    std::uint32_t calls_ = 0;
};

std::atomic<own_slots*> current{nullptr};

own_slots& own_slots::get() {
    own_slots* known = current.load(std::memory_order_acquire);
    const auto self = arena::own_tag.load(std::memory_order_relaxed);
    if (known != nullptr && known->owner_ == self) return *known;
    auto* fresh = new own_slots(self);
    if (current.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

// With the lock.
void own_slots::add_page() {
    pages_.reserve(pages_.size() + 1);
    free_.reserve((pages_.size() + 1) * slots_per_page);
    abandoned_.reserve((pages_.size() + 1) * slots_per_page);
    pages_.push_back(make_slot_page());
    for (auto& slot : page_at(pages_.back()->block()).slots) free_.push_back(&slot);
}

std::vector<own_slots::abandoned> own_slots::take_answered() {
    std::vector<abandoned> over;
    std::erase_if(abandoned_, [&](abandoned& one) {
        if (!one.is_over()) return false;
        drop_message(*one.slot);
        free_.push_back(one.slot);
        over.push_back(std::move(one));
        return true;
    });
    return over;
}

call_slot& own_slots::take() {
    std::vector<abandoned> over;  // ends after the guard: what it keeps may be the last that names an object
    const std::lock_guard guard(lock_);
    if (!abandoned_.empty()) over = take_answered();  // an object that nobody waits for ends no later
    if (free_.empty()) add_page();
    call_slot& slot = *free_.back();
    free_.pop_back();
    slot.decided.store(0, std::memory_order_relaxed);
    slot.told.store(0, std::memory_order_relaxed);
    slot.ticket.store(std::uint64_t{owner_} << 32 | ++calls_, std::memory_order_relaxed);
    return slot;
}

void own_slots::abandon(call_slot& slot, detail::shared_object keeper, arena::process_tag server) {
    std::vector<abandoned> over;
    const std::lock_guard guard(lock_);
    abandoned_.push_back({&slot, std::move(keeper), server});  // has room, as above
    if (abandoned_.size() % slots_per_page == 0) over = take_answered();
}

}  // namespace

call_slot& take_slot() { return own_slots::get().take(); }

arena::offset page_of(const call_slot& slot) noexcept {
    const auto* const first = &slot - slot.index;
    return arena::block_of(reinterpret_cast<const std::byte*>(first) - offsetof(slot_page, slots));
}

void give_slot(call_slot& slot) noexcept { own_slots::get().give(slot); }

void abandon_slot(call_slot& slot, detail::shared_object keeper, arena::process_tag server) noexcept {
    own_slots::get().abandon(slot, std::move(keeper), server);
}

}  // namespace brood::managing
