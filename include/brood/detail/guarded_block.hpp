// SPDX-License-Identifier: MIT
// The part of a shared_value that does not depend on its type: an object in shared memory with a lock, which owns the
// memory that containers within it allocate.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/shared_verdict.hpp>
#include <brood/export.hpp>

#include <chrono>
#include <cstddef>
#include <utility>

namespace brood::detail {

class BROOD_API guarded_block {
public:
    guarded_block() noexcept = default;
    // Room for a value of that size; all zero, unlocked.
    static guarded_block make(std::size_t size);

    void* value() const { return static_cast<std::byte*>(object_.bytes()) + value_at; }
    storage_owner storage() const;
    // Frees whatever was allocated for this object, without looking at who uses it.
    void free_storage() const;

    // As those of brood::mutex.
    void lock() const;
    bool try_lock() const;
    bool try_lock_until(std::chrono::steady_clock::time_point time) const;
    bool recover() const;
    // Nothing happens when this process does not hold it (a forked copy of whoever does).
    void unlock() const noexcept;

    void save(output_archive& archive) const { object_.save(archive); }
    // Throws serialization_error when the object there has another size.
    static guarded_block load(input_archive& archive, std::size_t size);

private:
    static constexpr std::size_t value_at = shared_alignment;
    shared_object object_;
};

// Memory for containers. With an owner: within the shared memory, freed at the latest with the owner. Throws
// std::bad_alloc.
BROOD_API void* allocate_shared(storage_owner owner, std::size_t size);
BROOD_API void free_shared(storage_owner owner, void* memory) noexcept;

}  // namespace brood::detail
