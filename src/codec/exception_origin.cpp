// SPDX-License-Identifier: MIT
// A hash table from exception objects to their origins, without locks, so that a forked child may use it whatever the
// parent's threads were doing. A slot is taken by the one who makes an exception and given back by its destructor; only
// holders of the exception look for it, so a slot never changes under a reader who would find it.
#include "codec/exception_origin.hpp"

#include "codec/exception.hpp"
#include "codec/stack_throws.hpp"

#include <brood/exception_origin.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>

namespace brood::detail {
namespace {

struct slot {
    std::atomic<const void*> object{nullptr};
    const origin* where = nullptr;
};

// An object is in one of a few slots, or in the same of a later table. Tables are never freed.
struct table {
    static constexpr std::size_t size = 512;
    static constexpr std::size_t window = 8;
    std::array<slot, size> slots;
    std::atomic<table*> next{nullptr};

    slot& at(const void* object, std::size_t step) noexcept {
        const auto number = reinterpret_cast<std::uintptr_t>(object) >> 4;
        return slots[(number * 0x9E3779B1u + step) % size];
    }
};
constinit table first_table;

table& table_after(table& full) {
    if (auto* next = full.next.load(std::memory_order_acquire)) return *next;
    auto made = std::make_unique<table>();
    table* expected = nullptr;
    return full.next.compare_exchange_strong(expected, made.get()) ? *made.release() : *expected;
}

// While a slot is being filled it holds this, which is no exception.
const void* const reserved = &first_table;

slot* take_slot(table& in, const void* object) noexcept {
    for (std::size_t step = 0; step < table::window; ++step) {
        const void* expected = nullptr;
        auto& candidate = in.at(object, step);
        if (candidate.object.compare_exchange_strong(expected, reserved)) return &candidate;
    }
    return nullptr;
}

slot* find_slot(const void* object) noexcept {
    if (!object) return nullptr;
    for (auto* in = &first_table; in; in = in->next.load(std::memory_order_acquire)) {
        for (std::size_t step = 0; step < table::window; ++step) {
            auto& candidate = in->at(object, step);
            if (candidate.object.load(std::memory_order_acquire) == object) return &candidate;
        }
    }
    return nullptr;
}

}  // namespace

void remember_origin(const std::exception_ptr& exception, origin where) {
    auto kept = std::make_unique<const origin>(std::move(where));
    const void* object = object_of(exception);
    auto* in = &first_table;
    auto* taken = take_slot(*in, object);
    while (!taken) {
        in = &table_after(*in);
        taken = take_slot(*in, object);
    }
    taken->where = kept.release();  // owned by the slot
    taken->object.store(object, std::memory_order_release);
}

const origin* find_origin(const std::exception_ptr& exception) noexcept {
    const auto* found = find_slot(object_of(exception));
    return found ? found->where : nullptr;
}

void forget_origin(const void* object) noexcept {
    auto* found = find_slot(object);
    if (!found) return;
    delete std::exchange(found->where, nullptr);
    found->object.store(nullptr, std::memory_order_release);
}

}  // namespace brood::detail

namespace brood {

std::optional<exception_origin> remote_origin(const std::exception_ptr& exception) {
    const auto* found = detail::find_origin(exception);
    if (!found) return std::nullopt;
    return exception_origin{found->process_name, found->pid, found->stack ? found->stack->get() : stack_trace()};
}

stack_trace remote_stack(const std::exception_ptr& exception) {
    auto found = remote_origin(exception);
    return found ? std::move(found->stack) : stack_trace();
}

}  // namespace brood
