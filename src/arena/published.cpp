// SPDX-License-Identifier: MIT
#include "arena/published.hpp"

#include "arena/memory.hpp"

namespace brood::arena {

published::published(offset place) noexcept : owner_(own_tag.load()) {
    for (auto& entry : head().publications) {
        auto before = entry.owner.load();
        if (before != 0 && is_living(before)) continue;
        if (!entry.owner.compare_exchange_strong(before, owner_)) continue;
        entry.place = place;
        entry_ = &entry;
        return;
    }
}

published::~published() {
    if (entry_ == nullptr || own_tag.load() != owner_) return;
    entry_->place = 0;
    entry_->owner = 0;
}

}  // namespace brood::arena
