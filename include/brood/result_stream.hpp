// SPDX-License-Identifier: MIT
// The results of a pool's imap(), as they come.
#pragma once

#include <brood/detail/chunk.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/outcome.hpp>

#include <cstddef>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace brood {

namespace detail {

template <class R>
class chunk_source {
public:
    virtual ~chunk_source() = default;
    // Blocks until there are further results: false when there are no more. Throws what the range or a progress
    // callback threw.
    virtual bool next(chunk_result<R>& into) = 0;
};

}  // namespace detail

// An input range of results (of std::monostate for a function that returns nothing). Elements are taken from the input
// as they are needed, a bounded number ahead of what was read here. Move-only; for one thread at a time. The input must
// live as long, unless it was given as a value; a thread_pool's function and what it refers to, too.
//
// Going on to a failed element (begin(), ++) throws its exception; the next ++ goes on after it. The destructor
// withdraws what has not begun and asks what runs to stop; that of a thread_pool's stream waits for what runs.
template <class R>
class result_stream {
public:
    using value_type = detail::stored<R>;

    explicit result_stream(std::unique_ptr<detail::chunk_source<R>> source) noexcept : source_(std::move(source)) {}

    // Blocks for the next result: empty when there are no more. A failed element gives its exception here.
    std::optional<outcome<R>> next_outcome() {
        if (!find_next()) return std::nullopt;
        if (auto error = take_failure()) return outcome<R>(std::move(error));
        if constexpr (std::is_void_v<R>)
            return outcome<R>();
        else
            return outcome<R>(static_cast<R>(std::move(chunk_.values[value_++])));
    }

    // Waits for the next result when it is moved on.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = result_stream::value_type;
        using difference_type = std::ptrdiff_t;
        using pointer = value_type*;
        using reference = value_type&;

        iterator() noexcept = default;
        explicit iterator(result_stream& from) noexcept : from_(&from) {}
        value_type& operator*() const noexcept { return *from_->current_; }
        value_type* operator->() const noexcept { return &*from_->current_; }
        iterator& operator++() {
            from_->advance();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.at_end(); }

    private:
        bool at_end() const noexcept { return from_ == nullptr || !from_->current_; }
        result_stream* from_ = nullptr;
    };
    // Blocks until the first result is there; goes on with the next one when it is called again.
    iterator begin() {
        advance();
        return iterator(*this);
    }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    bool find_next() {
        while (index_ == chunk_.size()) {
            if (!source_) return false;
            chunk_ = {};
            index_ = value_ = failure_ = 0;
            if (source_->next(chunk_)) continue;
            source_.reset();
            return false;
        }
        return true;
    }
    // Moves on by one: its exception, or null when there is a value.
    std::exception_ptr take_failure() {
        const auto index = index_++;
        if (failure_ == chunk_.failures.size() || chunk_.failures[failure_].index != index) return nullptr;
        return std::move(chunk_.failures[failure_++].error);
    }
    void advance() {
        current_.reset();
        if (!find_next()) return;
        if (auto error = take_failure()) std::rethrow_exception(std::move(error));
        if constexpr (std::is_void_v<R>)
            current_.emplace();
        else
            current_.emplace(std::move(chunk_.values[value_++]));
    }

    std::unique_ptr<detail::chunk_source<R>> source_;
    detail::chunk_result<R> chunk_{};
    std::size_t index_ = 0, value_ = 0, failure_ = 0;  // how far it was read
    std::optional<value_type> current_;
};

}  // namespace brood
