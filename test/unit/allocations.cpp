// SPDX-License-Identifier: MIT
#include "unit/allocations.hpp"

#include <cstdlib>
#include <new>

namespace test {

std::atomic<std::size_t> largest_allocation{0};
thread_local long allocations_left::left = allocations_left::no_limit;

namespace {

void* counted(std::size_t size) {
    if (!allocations_left::take()) throw std::bad_alloc();
    std::size_t before = largest_allocation.load(std::memory_order_relaxed);
    while (size > before && !largest_allocation.compare_exchange_weak(before, size, std::memory_order_relaxed)) {
    }
    void* const memory = std::malloc(size);
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace
}  // namespace test

// Out of line: g++ would see free() called on what operator new gave where only one of the two is inlined.
[[gnu::noinline]] void* operator new(std::size_t size) { return test::counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return test::counted(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
