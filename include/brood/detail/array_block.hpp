// SPDX-License-Identifier: MIT
// The part of a shared_array that does not depend on its type.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/shared_verdict.hpp>
#include <brood/export.hpp>
#include <brood/mutex.hpp>

#include <cstddef>

namespace brood::detail {

class BROOD_API array_block {
public:
    array_block() noexcept = default;
    // All zero. Throws std::bad_alloc.
    array_block(std::size_t count, std::size_t element_size);

    void* elements() const { return static_cast<std::byte*>(object_.bytes()) + elements_at; }
    std::size_t count() const;
    // The array's own mutex, made when it is asked for the first time, by whomever.
    brood::mutex mutex() const;

    void save(output_archive& archive) const { object_.save(archive); }
    // Throws serialization_error when the elements there have another size.
    static array_block load(input_archive& archive, std::size_t element_size);

private:
    static constexpr std::size_t elements_at = shared_alignment;
    shared_object object_;
};

}  // namespace brood::detail
