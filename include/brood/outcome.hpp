// SPDX-License-Identifier: MIT
// A value, or the exception that came instead.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace brood {

// What a task gave. It crosses between processes when R does.
template <class R>
class outcome {
public:
    using value_type = R;

    outcome(R value) : value_(std::move(value)) {}
    // `error` must not be null.
    outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}

    bool has_value() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept { return has_value(); }
    // Throws the exception when there is no value.
    R& value() & {
        require_value();
        return *value_;
    }
    const R& value() const& {
        require_value();
        return *value_;
    }
    R&& value() && {
        require_value();
        return std::move(*value_);
    }
    // Null when there is a value.
    const std::exception_ptr& error() const noexcept { return error_; }

    // Only with a value.
    R& operator*() & noexcept { return *value_; }
    const R& operator*() const& noexcept { return *value_; }
    R&& operator*() && noexcept { return std::move(*value_); }
    R* operator->() noexcept { return std::addressof(*value_); }
    const R* operator->() const noexcept { return std::addressof(*value_); }

    template <class Archive>
    void save(Archive& archive) const {
        archive(value_, error_);
    }
    template <class Archive, class Construct>
    static void load_and_construct(Archive& archive, Construct& construct) {
        std::optional<R> value;
        std::exception_ptr error;
        archive(value, error);
        construct(std::move(value), std::move(error));
    }
    // As it was sent.
    outcome(std::optional<R> value, std::exception_ptr error) noexcept(std::is_nothrow_move_constructible_v<R>)
        : value_(std::move(value)), error_(std::move(error)) {}

private:
    void require_value() const {
        if (error_) std::rethrow_exception(error_);
    }
    std::optional<R> value_;
    std::exception_ptr error_;
};

// The same of a task that gives nothing back.
template <>
class outcome<void> {
public:
    using value_type = void;

    outcome() noexcept = default;
    // `error` must not be null.
    outcome(std::exception_ptr error) noexcept : error_(std::move(error)) {}

    bool has_value() const noexcept { return error_ == nullptr; }
    explicit operator bool() const noexcept { return has_value(); }
    void value() const {
        if (error_) std::rethrow_exception(error_);
    }
    const std::exception_ptr& error() const noexcept { return error_; }

    template <class Archive>
    void serialize(Archive& archive) {
        archive(error_);
    }

private:
    std::exception_ptr error_;
};

}  // namespace brood
