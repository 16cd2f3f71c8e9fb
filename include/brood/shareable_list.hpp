// SPDX-License-Identifier: MIT
// A list of simple values in named memory, byte for byte that of Python's multiprocessing.shared_memory.ShareableList.
#pragma once

#include <brood/export.hpp>
#include <brood/shared_memory.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace brood {

// Bytes that are no text.
using bytes = std::vector<std::byte>;

// A list whose length never changes and whose values can be set, also from Python (3.9 or newer). A handle: copies, and
// what another process receives, refer to the same list; it lives as its shared_memory does.
//
// Every access reads the shared bytes and trusts none: what is no list, or a value that is none any more, throws
// serialization_error. Nothing is locked, as in Python: a value that is read while it is set may be torn.
//
// A text or bytes value has room for its own length, rounded up to the next 8 bytes above it; the rest of the types fit
// anywhere. Text should be UTF-8, else Python cannot read it. Zero bytes at the end of text or bytes are kept; Python
// drops them when it reads.
class BROOD_API shareable_list {
public:
    // None, bool, int, float, str, bytes
    using value_type = std::variant<std::monostate, bool, std::int64_t, double, std::string, bytes>;

    // Empty handle.
    shareable_list() noexcept = default;
    // Makes a list in memory of its own; `name` and errors as for shared_memory::create. A text of more than 9,999,991
    // bytes throws std::length_error.
    static shareable_list create(std::initializer_list<value_type> values, const std::string& name = {});
    static shareable_list create(std::span<const value_type> values, const std::string& name = {});
    // Errors as for shared_memory::attach; serialization_error when the memory holds no list.
    static shareable_list attach(const std::string& name);

    std::size_t size() const;
    bool empty() const { return size() == 0; }
    // The value; std::out_of_range beyond the end. Both are the same.
    value_type operator[](std::size_t index) const;
    value_type at(std::size_t index) const { return (*this)[index]; }
    // Throws std::out_of_range, or std::length_error when a text or bytes value needs more than its room; then nothing
    // was changed.
    void set(std::size_t index, const value_type& value);
    // How the value is written, in the words of Python's struct module: "q", "d", "xxxxxxx?" (bool), "xxxxxx?x" (None),
    // "16s" (text or bytes in 16 bytes of room).
    std::string format(std::size_t index) const;

    // Values are equal if their types are, too: 1 is neither 1.0 nor true.
    std::size_t count(const value_type& value) const;
    // The place of the first that is equal.
    std::optional<std::size_t> index(const value_type& value) const;

    class iterator;
    iterator begin() const;
    iterator end() const;

    const std::string& name() const noexcept { return memory_.name(); }
    // The memory, to close or unlink it by a copy.
    const shared_memory& shm() const noexcept { return memory_; }

    void save(output_archive& archive) const;
    void load(input_archive& archive);

private:
    shared_memory memory_;
};

// Gives values, not references; valid as long as the list that it came from.
class shareable_list::iterator {
public:
    using value_type = shareable_list::value_type;
    using difference_type = std::ptrdiff_t;
    using reference = value_type;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;

    iterator() noexcept = default;
    iterator(const shareable_list& list, std::size_t at) noexcept : list_(&list), at_(at) {}
    value_type operator*() const { return (*list_)[at_]; }
    iterator& operator++() noexcept {
        ++at_;
        return *this;
    }
    iterator operator++(int) noexcept {
        iterator before = *this;
        ++at_;
        return before;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

private:
    const shareable_list* list_ = nullptr;
    std::size_t at_ = 0;
};

inline shareable_list::iterator shareable_list::begin() const { return {*this, 0}; }
inline shareable_list::iterator shareable_list::end() const { return {*this, size()}; }

}  // namespace brood
