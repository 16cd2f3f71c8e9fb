// SPDX-License-Identifier: MIT
// An array in memory that processes share.
#pragma once

#include <brood/detail/array_block.hpp>
#include <brood/mutex.hpp>

#include <cereal/access.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

namespace brood {

// A fixed number of T that threads of all processes read and write in place. A handle: copies, also those sent to other
// processes, refer to the same elements, and the last one frees them. It crosses in constant time, whatever its size. T
// is plain data: trivially copyable, without addresses as far as can be told; others do not compile. std::atomic of
// numbers is plain.
//
// Access takes no lock: what is written while others read wants mutex(), std::atomic_ref, or a division of the elements
// among the processes. A contiguous range, so that it converts to std::span. All members work on const handles, as
// those of std::span do; they throw std::logic_error when the handle was moved from. A handle is for one thread at a
// time, its copies are independent.
template <class T>
class shared_array {
public:
    using value_type = T;
    using element_type = T;
    using size_type = std::size_t;
    using difference_type = std::ptrdiff_t;
    using reference = T&;
    using iterator = T*;

    // `count` elements, all of whose bytes are zero. Throws std::bad_alloc, or brood::error where there is no memory to
    // share. Large ones take memory of the system when they are made.
    explicit shared_array(std::size_t count) : shared_array(check(), count) {}
    // Copies of the elements of a range.
    template <std::ranges::input_range Range>
        requires(std::convertible_to<std::ranges::range_reference_t<Range>, T> &&
                 !std::same_as<std::remove_cvref_t<Range>, shared_array>)
    explicit shared_array(Range&& range) : shared_array(from_range(range)) {}
    shared_array(std::initializer_list<T> list) : shared_array(check(), list.size()) { copy_from(list); }

    T* data() const { return static_cast<T*>(block_.elements()); }
    std::size_t size() const { return block_.count(); }
    bool empty() const { return size() == 0; }
    T& operator[](std::size_t index) const { return data()[index]; }
    T* begin() const { return data(); }
    T* end() const { return data() + size(); }
    T& front() const { return data()[0]; }
    T& back() const { return data()[size() - 1]; }
    std::span<T> span() const { return {data(), size()}; }

    // The mutex that belongs to the array: the same one for all its handles.
    brood::mutex mutex() const { return block_.mutex(); }

    void save(output_archive& archive) const { block_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<shared_array>& construct) {
        construct(detail::array_block::load(archive, sizeof(T)));
    }

private:
    friend class cereal::construct<shared_array>;
    friend class cereal::access;
    struct check {
        check() { detail::require_shareable<T>(); }
    };
    shared_array(check, std::size_t count) : block_(count, sizeof(T)) {}
    explicit shared_array(detail::array_block block) noexcept : block_(std::move(block)) {}

    template <class Range>
    void copy_from(Range&& range) const {
        std::ranges::copy(range, data());
    }
    template <class Range>
    static shared_array from_range(Range&& range) {
        if constexpr (std::ranges::sized_range<Range> || std::ranges::forward_range<Range>) {
            shared_array made(check(), static_cast<std::size_t>(std::ranges::distance(range)));
            made.copy_from(range);
            return made;
        } else {
            std::vector<T> all;
            for (auto&& one : range) all.push_back(std::forward<decltype(one)>(one));
            return from_range(all);
        }
    }

    detail::array_block block_;
};

// An array of what the range gives.
template <std::ranges::input_range Range>
shared_array(Range&&) -> shared_array<std::ranges::range_value_t<Range>>;

}  // namespace brood
