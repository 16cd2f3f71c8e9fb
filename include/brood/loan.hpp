// SPDX-License-Identifier: MIT
// A value that is received as a view of where it lies.
#pragma once

#include <brood/detail/plain.hpp>
#include <brood/detail/shared_bytes.hpp>
#include <brood/detail/shared_verdict.hpp>
#include <brood/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

namespace detail {

// What a loan does with a T: elements of a vector and plain objects are used where they lie in shared memory; all else
// is a value of this process, which crosses as itself.
enum class loan_form : std::uint8_t { elements, object, value };

template <class T>
inline constexpr bool lies_in_place =
    is_plain<T>&& std::is_trivially_copyable_v<T> && !has_bools<T> && alignof(T) <= shared_alignment;
template <class T>
constexpr loan_form find_loan_form() {
    return lies_in_place<T> ? loan_form::object : loan_form::value;
}
template <class T>
struct loan_form_of {
    static constexpr loan_form value = find_loan_form<T>();
};
template <class U, class A>
struct loan_form_of<std::vector<U, A>> {
    static constexpr loan_form value = lies_in_place<U> ? loan_form::elements : loan_form::value;
};

template <class U>
std::span<const U> elements_of(const shared_bytes& bytes) noexcept {
    return {reinterpret_cast<const U*>(bytes.get().data()), bytes.get().size() / sizeof(U)};
}
// Checks that came from elsewhere.
template <class U>
void require_fitting(const shared_bytes& bytes, bool one) {
    const auto size = bytes.get().size();
    if (one ? size != sizeof(U) : size % sizeof(U) != 0) throw serialization_error("a loan of another size");
    if (reinterpret_cast<std::uintptr_t>(bytes.get().data()) % alignof(U) != 0)
        throw serialization_error("a loan that is not aligned");
}

}  // namespace detail

// A T that is only read, where it lies: what was put into shared memory once is used there by every process that gets
// it, without another copy. Copies of a loan, also those sent to other processes, refer to the same memory, which lives
// as long as one of them; it crosses in constant time. Nothing changes it, so any number of threads may read; a loan
// itself is for one thread at a time.
//
// A parameter of type loan<T> takes a T from the caller of process or async. There is no memory to share without a
// session's: then brood::error is thrown where the loan is made.
//
// Three forms, by T:
//   std::vector<U>, U plain data without bools   a contiguous range of const U, that converts to std::span<const U>
//   plain data without bools                     *loan, loan-> and a conversion give a const T&, in shared memory
//   anything else that can cross                 the same; each process that receives it has its own T
template <class T, detail::loan_form Form = detail::loan_form_of<T>::value>
class loan;

// A vector of plain elements: a view of them.
template <class T>
class loan<T, detail::loan_form::elements> {
public:
    using value_type = typename T::value_type;
    using element_type = const value_type;
    using size_type = std::size_t;
    using const_iterator = const value_type*;

    // No elements.
    loan() noexcept = default;
    // Copies the elements into shared memory. Throws std::bad_alloc, or brood::error.
    loan(const T& elements) : loan(std::span<const value_type>(elements)) {}
    explicit loan(std::span<const value_type> elements)
        : bytes_(detail::shared_bytes::copy_of(std::as_bytes(elements))) {}
    // For channels: elements that lie in a shared object, whose kind does not matter. Throws serialization_error when
    // these bytes are no whole number of elements, or not aligned.
    static loan of(detail::shared_object owner, std::span<const std::byte> bytes) {
        return loan(detail::shared_bytes(std::move(owner), bytes));
    }

    const value_type* data() const noexcept { return span().data(); }
    std::size_t size() const noexcept { return span().size(); }
    bool empty() const noexcept { return span().empty(); }
    const value_type* begin() const noexcept { return data(); }
    const value_type* end() const noexcept { return data() + size(); }
    const value_type& operator[](std::size_t index) const noexcept { return data()[index]; }
    const value_type& front() const noexcept { return data()[0]; }
    const value_type& back() const noexcept { return data()[size() - 1]; }
    std::span<const value_type> span() const noexcept { return detail::elements_of<value_type>(bytes_); }

    void save(output_archive& archive) const { bytes_.save(archive); }
    void load(input_archive& archive) { *this = loan(detail::shared_bytes::load(archive)); }

private:
    explicit loan(detail::shared_bytes bytes) : bytes_(std::move(bytes)) {
        detail::require_fitting<value_type>(bytes_, false);
    }
    detail::shared_bytes bytes_;
};

// A plain object: a view of it.
template <class T>
class loan<T, detail::loan_form::object> {
public:
    using value_type = T;

    // Copies the object into shared memory. Throws std::bad_alloc, or brood::error.
    loan(const T& object) : bytes_(detail::shared_bytes::copy_of(std::as_bytes(std::span(&object, 1)))) {}
    // For channels: see above.
    static loan of(detail::shared_object owner, std::span<const std::byte> bytes) {
        return loan(detail::shared_bytes(std::move(owner), bytes));
    }

    // Not after the loan was moved from.
    const T& operator*() const noexcept { return *reinterpret_cast<const T*>(bytes_.get().data()); }
    const T* operator->() const noexcept { return &**this; }
    operator const T&() const noexcept { return **this; }

    void save(output_archive& archive) const { bytes_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<loan>& construct) {
        construct(detail::shared_bytes::load(archive));
    }

private:
    friend class cereal::construct<loan>;
    friend class cereal::access;
    explicit loan(detail::shared_bytes bytes) : bytes_(std::move(bytes)) { detail::require_fitting<T>(bytes_, true); }
    detail::shared_bytes bytes_;
};

// Anything else: the value itself, which is read like any argument.
template <class T>
class loan<T, detail::loan_form::value> {
public:
    using value_type = T;

    loan(const T& value) : value_(std::make_shared<T>(value)) {}
    loan(T&& value) : value_(std::make_shared<T>(std::move(value))) {}

    // Not after the loan was moved from.
    const T& operator*() const noexcept { return *value_; }
    const T* operator->() const noexcept { return value_.get(); }
    operator const T&() const noexcept { return *value_; }

    void save(output_archive& archive) const { detail::save_value(archive, value_); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<loan>& construct) {
        construct(detail::load_value<std::shared_ptr<T>>(archive));
    }

private:
    friend class cereal::construct<loan>;
    friend class cereal::access;
    explicit loan(std::shared_ptr<T> value) : value_(std::move(value)) {
        if (!value_) throw serialization_error("a loan of nothing");
    }
    std::shared_ptr<T> value_;
};

}  // namespace brood
