// SPDX-License-Identifier: MIT
// The bytes of a shareable list, as CPython has them since 3.9. Numbers are in the machine's own form.
//
//   0            N, the number of values
//   8            N+1 offsets into the data, in bytes: where each value begins, and the size K of all
//   (N+2)*8      the data: a number or bool or None has 8 bytes, text and bytes what was set aside for them
//   ... + K      N formats of 8 bytes, in the words of Python's struct module, filled up with zero bytes
//   ... + 8N     N codes of one byte: 0 number or bool, 1 text, 2 bytes, 3 None
//
// Text fills its room with zero bytes, and Python takes all zero bytes at its end away. Text that ends in zero bytes
// has a format of its exact length with a blank behind it ("5s "). struct does not mind the blank. And Python, which
// would cut the next value for this place down to a length that it finds, measures the place anew when the format ends
// so.
#pragma once

#include <brood/shareable_list.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace brood::detail {

using list_value = shareable_list::value_type;

// What the list takes. Throws std::length_error when a value is too long for a format.
std::size_t list_bytes(std::span<const list_value> values);
// Writes it; `into` has list_bytes().
void write_list(std::span<std::byte> into, std::span<const list_value> values);

// A list in memory that others may write, also while it is read. Throws serialization_error for whatever is wrong in
// it.
class list_view {
public:
    // Looks at the head alone.
    explicit list_view(std::span<std::byte> memory);
    // Looks at the form of every value.
    void check() const;

    std::size_t size() const noexcept { return count_; }
    std::string format(std::size_t index) const;
    list_value get(std::size_t index) const;
    void set(std::size_t index, const list_value& value) const;

private:
    struct item;
    item look_at(std::size_t index) const;
    std::span<std::byte> format_bytes(std::size_t index) const noexcept;
    std::byte& code_byte(std::size_t index) const noexcept;
    std::uint64_t number_at(std::size_t position) const noexcept;

    std::span<std::byte> memory_;
    std::size_t count_ = 0;
    std::size_t data_size_ = 0;
};

}  // namespace brood::detail
