// SPDX-License-Identifier: MIT
#include "arena/mapping.hpp"
#include "base/child_path.hpp"

#include "platform/session_memory.hpp"

#include <bit>
#include <cerrno>
#include <mutex>
#include <random>
#include <system_error>

namespace brood::arena {

std::atomic<std::byte*> base{nullptr};
std::atomic<process_tag> own_tag{0};

namespace {

static_assert(unit_size == platform::session_memory_step);

struct mapped_session {
    std::mutex lock;
    platform::unique_handle memory;
    platform::unique_handle keeper;
    std::uint64_t size = 0;
    bool offered = false;
};
mapped_session& mapped() {
    static mapped_session& made = *new mapped_session;  // exit handlers of any order may still use it
    return made;
}

// Units that hold the header and the tables: a power of two, so that free spans begin at the unit of their own size.
std::uint64_t fixed_units(std::uint64_t size) noexcept {
    const std::uint64_t bytes = spans_at + (size >> unit_bits) * sizeof(span_row);
    return std::bit_ceil((bytes + unit_size - 1) >> unit_bits);
}

void write_header(header& h, std::uint64_t size) {
    std::random_device random;
    h.size = size;
    h.units = size >> unit_bits;
    h.session = (std::uint64_t{random()} << 32 | random()) | 1;
    h.keeper = static_cast<std::uint64_t>(platform::current_process_id());
    for (std::uint64_t units = fixed_units(size); units < h.units; units *= 2) h.virgin |= units;
    h.magic = session_magic;
}

void make(mapped_session& self) {
    if (!self.keeper) self.keeper = platform::start_keeping_handles();
    self.size = platform::session_memory_size();
    self.memory = platform::make_session_memory(self.size);
    std::byte* const mapped = platform::map_session_memory(self.memory.get(), self.size);
    platform::prepare_session_tables(mapped, fixed_units(self.size) << unit_bits);
    write_header(*reinterpret_cast<header*>(mapped), self.size);
    base.store(mapped, std::memory_order_release);
}

// The size stands in the header, which is looked at first.
void join(mapped_session& self) {
    constexpr std::uint64_t first_look = unit_size;
    const std::byte* const look = platform::map_session_memory(self.memory.get(), first_look);
    const auto& h = *reinterpret_cast<const header*>(look);
    if (h.magic != session_magic)
        throw std::system_error(std::make_error_code(std::errc::invalid_argument), "the parent's shared memory");
    self.size = h.size;
    platform::unmap_session_memory(look, first_look);
    base.store(platform::map_session_memory(self.memory.get(), self.size), std::memory_order_release);
}

}  // namespace

void offer_memory(platform::unique_handle memory, platform::unique_handle keeper) noexcept {
    auto& self = mapped();
    const std::lock_guard guard(self.lock);
    if (!memory || self.memory) return;
    self.memory = std::move(memory);
    self.keeper = std::move(keeper);
    self.offered = true;
}

bool was_offered() noexcept {
    auto& self = mapped();
    const std::lock_guard guard(self.lock);
    return self.offered;
}

BROOD_CHILD_PATH void map_memory() {
    if (is_mapped()) return;
    auto& self = mapped();
    const std::lock_guard guard(self.lock);
    if (is_mapped()) return;
    if (self.offered)
        join(self);
    else
        make(self);
}

BROOD_CHILD_PATH bool is_mapped() noexcept { return base.load(std::memory_order_acquire) != nullptr; }
platform::handle_t memory_handle() noexcept { return mapped().memory.get(); }
platform::handle_keeper handle_keeper() noexcept {
    return {static_cast<process_id>(head().keeper), mapped().keeper.get()};
}
std::uint64_t mapped_bytes() noexcept { return is_mapped() ? mapped().size : 0; }

void commit_units(std::uint64_t first, std::uint64_t units) {
    platform::commit_session_memory(memory_handle(), base.load(), first << unit_bits, units << unit_bits);
}

}  // namespace brood::arena
