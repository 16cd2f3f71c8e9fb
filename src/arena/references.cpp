// SPDX-License-Identifier: MIT
#include "arena/references.hpp"
#include "base/child_path.hpp"

#include "arena/session.hpp"

#include <brood/error.hpp>

#include <cstring>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace brood::arena {

// What this process holds; the private side of its list in the shared memory.
struct holdings {
    std::mutex lock;
    std::unordered_map<offset, std::weak_ptr<held_block>> known;
    std::vector<offset> pages;              // blocks of kind references
    std::vector<std::size_t> free_entries;  // numbers: page * references_per_page + index
    std::unordered_map<held_block*, offset> all;

    static void set_block(held_block& held, offset block) noexcept { held.block_ = block; }
    static void set_entry(held_block& held, std::size_t entry) noexcept { held.entry_ = entry; }
    static std::size_t entry(const held_block& held) noexcept { return held.entry_; }
};

namespace {

BROOD_CHILD_PATH holdings& mine() {
    static holdings& made = *new holdings;  // exit handlers of any order may still use it
    return made;
}

process_record& own_record() noexcept { return head().processes[record_of(own_tag.load())]; }
reference_page& page_at(offset block) noexcept { return *static_cast<reference_page*>(bytes_of(block)); }

std::uint64_t& word_of(const holdings& self, std::size_t entry) noexcept {
    return page_at(self.pages[entry / references_per_page]).blocks[entry % references_per_page];
}

// A page at the end of a process's list. A page's entries are zero, as a free block's bytes may not be.
offset append_page(process_record& record, offset last) {
    transaction change;
    const offset page = take_block(change, kind::references, sizeof(reference_page));
    page_at(page) = {};
    if (last == 0)
        change.write(record.references, page);
    else
        change.write(page_at(last).next, page);
    change.commit();
    return page;
}

// With the lock held: the number of a free entry.
std::size_t free_entry(holdings& self) {
    if (self.free_entries.empty()) {
        const offset last = self.pages.empty() ? 0 : self.pages.back();
        self.pages.reserve(self.pages.size() + 1);
        self.free_entries.reserve((self.pages.size() + 1) * references_per_page);
        self.pages.push_back(append_page(own_record(), last));
        const std::size_t first = (self.pages.size() - 1) * references_per_page;
        for (std::size_t i = references_per_page; i > 0; --i) self.free_entries.push_back(first + i - 1);
    }
    const std::size_t entry = self.free_entries.back();
    self.free_entries.pop_back();
    return entry;
}

void require_block(transaction& look, offset block, kind what) {
    const bool possible =
        block >= unit_size && block % (std::uint64_t{1} << smallest_class) == 0 && block < head().size;
    const auto state =
        possible ? static_cast<span_state>(look.read(spans()[block >> unit_bits].state)) : span_state::none;
    const bool in_use = state == span_state::blocks || state == span_state::whole;
    if (!in_use || look.read(head_of(block).kind) != static_cast<std::uint64_t>(what) ||
        look.read(head_of(block).references) == 0)
        throw error("a message names a shared object that does not exist");
}

void give_back(holdings& self, held_block& held) {
    const std::lock_guard guard(self.lock);
    self.all.erase(&held);
    const auto known = self.known.find(held.block());
    if (known != self.known.end() && known->second.expired()) self.known.erase(known);
    const std::size_t entry = holdings::entry(held);
    transaction change;
    change.write(word_of(self, entry), 0);
    drop_reference(change, held.block());
    change.commit();
    self.free_entries.push_back(entry);  // has room: reserved with its page
}

}  // namespace

held_block::~held_block() {
    if (block_ == 0) return;
    const auto left = functions_of(static_cast<kind>(head_of(block_).kind)).left;
    give_back(mine(), *this);
    if (left != nullptr) left(block_);
    clear_dying();
}

namespace {

void forget(holdings& self, const block_handle& held, offset block) noexcept {
    self.all.erase(held.get());
    const auto known = self.known.find(block);
    if (known != self.known.end() && known->second.lock() == held) self.known.erase(known);
}

// With the lock held: a reference of this process to the block that `change` gives, in one transaction with it. After
// the commit nothing is left that could throw.
template <class Change>
block_handle record(holdings& self, const Change& change) {
    const std::size_t entry = free_entry(self);
    block_handle held;
    offset block = 0;
    try {
        held = std::make_shared<held_block>();
        offset& known_as = self.all[held.get()];
        transaction all;
        block = change(all);
        all.write(word_of(self, entry), block);
        self.known[block] = held;
        all.commit();
        known_as = block;
    } catch (...) {
        forget(self, held, block);
        self.free_entries.push_back(entry);
        throw;
    }
    holdings::set_block(*held, block);
    holdings::set_entry(*held, entry);
    return held;
}

block_handle find_known(const holdings& self, offset block) {
    const auto known = self.known.find(block);
    return known == self.known.end() ? nullptr : known->second.lock();
}

}  // namespace

block_handle make_object(kind what, std::uint64_t size, const std::function<void(void*)>& fill) {
    use_session();
    auto& self = mine();
    const std::lock_guard guard(self.lock);
    return record(self, [&](transaction& change) {
        const offset block = take_block(change, what, size);
        fill(bytes_of(block));
        return block;
    });
}

block_handle make_zero_object(kind what, std::uint64_t size) {
    use_session();
    auto& self = mine();
    bool zero = false;
    const auto made = [&] {
        const std::lock_guard guard(self.lock);
        return record(self, [&](transaction& change) { return take_block(change, what, size, &zero); });
    }();
    if (!zero) std::memset(made->bytes(), 0, size);  // nobody else can name it yet
    return made;
}

block_handle hold_object(offset block, kind what) {
    use_session();
    auto& self = mine();
    block_handle known;  // ends after the guard: giving it back needs the lock
    const std::lock_guard guard(self.lock);
    known = find_known(self, block);
    if (known && head_of(block).kind == static_cast<std::uint64_t>(what)) return known;
    return record(self, [&](transaction& change) {
        require_block(change, block, what);
        add_reference(change, block);
        return block;
    });
}

block_handle take_over(offset block, const std::function<void(transaction&)>& also) {
    use_session();
    auto& self = mine();
    const std::lock_guard guard(self.lock);
    return record(self, [&](transaction& change) {
        also(change);
        return block;
    });
}

// ---- processes that begin and end ---------------------------------------------------------------------------------

void lock_references() { mine().lock.lock(); }
BROOD_CHILD_PATH void unlock_references() noexcept { mine().lock.unlock(); }

namespace {

constexpr std::size_t batch = 100;  // entries that one transaction copies

void copy_entries(const reference_page& from, reference_page& to, std::size_t first) {
    transaction change;
    for (std::size_t i = first; i < std::min(first + batch, references_per_page); ++i) {
        if (from.blocks[i] == 0) continue;
        change.write(to.blocks[i], from.blocks[i]);
        add_reference(change, from.blocks[i]);
    }
    change.commit();
}

}  // namespace

// With the references locked: nothing of this process's list changes meanwhile.
void copy_references(process_tag child) {
    auto& record = head().processes[record_of(child)];
    offset last = 0;
    for (const offset page : mine().pages) {
        last = append_page(record, last);
        for (std::size_t first = 0; first < references_per_page; first += batch)
            copy_entries(page_at(page), page_at(last), first);
    }
}

// The parent copied its list page by page, so the numbers of the entries hold. A child of the fork server, whose tag
// was made by another process, has none yet: the server keeps all blocks alive while they are added.
BROOD_CHILD_PATH void adopt_references() {
    auto& self = mine();
    const bool copied = own_record().references != 0;
    self.pages.clear();
    if (copied) {
        for (offset page = own_record().references; page != 0; page = page_at(page).next) self.pages.push_back(page);
        return;
    }
    self.free_entries.clear();
    for (const auto& [held, block] : self.all) {
        const std::size_t entry = free_entry(self);
        transaction change;
        add_reference(change, block);
        change.write(word_of(self, entry), block);
        change.commit();
        holdings::set_entry(*held, entry);
    }
}

namespace {

void drop_entry(std::uint64_t& entry, process_tag dead, bool violently) {
    const offset block = entry;
    if (block == 0) return;
    const auto& functions = functions_of(static_cast<kind>(head_of(block).kind));
    if (functions.process_died != nullptr) functions.process_died(block, dead, violently);
    transaction change;
    change.write(entry, 0);
    drop_reference(change, block);
    change.commit();
}

}  // namespace

void drop_references(process_tag dead, bool violently) {
    transaction();  // what the dead process had committed is carried out before its list is read
    auto& record = head().processes[record_of(dead)];
    for (offset page = record.references; page != 0; page = page_at(page).next)
        for (auto& entry : page_at(page).blocks) drop_entry(entry, dead, violently);
    while (const offset page = record.references) {
        transaction change;
        change.write(record.references, page_at(page).next);
        give_block(change, page);
        change.commit();
    }
}

}  // namespace brood::arena
