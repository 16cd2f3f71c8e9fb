// SPDX-License-Identifier: MIT
// What a whole map gives, put together from chunks that come back in any order.
#pragma once

#include <brood/detail/chunk.hpp>
#include <brood/outcome.hpp>

#include <cstdint>
#include <exception>
#include <iterator>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

// Gives results on in the order of their elements; each add() is of some in a row, with the number of the first.
template <class R>
class in_order {
public:
    template <class Use>
    void add(std::uint64_t first, chunk_result<R>&& chunk, Use use) {
        if (first != next_) {
            parked_.emplace(first, std::move(chunk));
            return;
        }
        pass_on(std::move(chunk), use);
        for (auto parked = parked_.begin(); parked != parked_.end() && parked->first == next_;) {
            pass_on(std::move(parked->second), use);
            parked = parked_.erase(parked);
        }
    }

private:
    template <class Use>
    void pass_on(chunk_result<R>&& chunk, Use& use) {
        next_ += chunk.size();
        use(std::move(chunk));
    }
    std::map<std::uint64_t, chunk_result<R>> parked_;
    std::uint64_t next_ = 0;
};

// The failure of the first element that failed, in the order of the elements.
class first_failure {
public:
    explicit operator bool() const noexcept { return error_ != nullptr; }
    std::uint64_t element() const noexcept { return element_; }
    template <class R>
    void note(std::uint64_t first, const chunk_result<R>& chunk) {
        if (chunk.failures.empty() || (error_ && element_ < first)) return;
        element_ = first + chunk.failures.front().index;
        error_ = chunk.failures.front().error;
    }
    void throw_it() {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
    }

private:
    std::uint64_t element_ = 0;
    std::exception_ptr error_;
};

// All values, or the first failure. add() gives false when nothing that follows is wanted.
template <class R>
class value_collector {
public:
    using result = std::vector<R>;
    value_collector(bool ordered, std::optional<std::uint64_t> total) : ordered_(ordered), total_(total) {}

    bool add(std::uint64_t first, chunk_result<R>&& chunk) {
        failure_.note(first, chunk);
        if (failure_) return false;
        const auto append = [this](chunk_result<R>&& next) { this->append(std::move(next.values)); };
        if (ordered_)
            order_.add(first, std::move(chunk), append);
        else
            append(std::move(chunk));
        return true;
    }
    std::uint64_t failed_element() const noexcept { return failure_.element(); }
    result finish() {
        failure_.throw_it();
        return std::move(values_);
    }

private:
    void append(std::vector<R>&& next) {
        if (values_.empty() && (!total_ || *total_ == next.size())) {
            values_ = std::move(next);
            return;
        }
        if (values_.empty()) values_.reserve(static_cast<std::size_t>(*total_));
        values_.insert(values_.end(), std::move_iterator(next.begin()), std::move_iterator(next.end()));
    }

    const bool ordered_;
    const std::optional<std::uint64_t> total_;
    in_order<R> order_;
    result values_;
    first_failure failure_;
};

template <>
class value_collector<void> {
public:
    using result = void;
    value_collector(bool, std::optional<std::uint64_t>) {}

    bool add(std::uint64_t first, chunk_result<void>&& chunk) {
        failure_.note(first, chunk);
        return !failure_;
    }
    std::uint64_t failed_element() const noexcept { return failure_.element(); }
    void finish() { failure_.throw_it(); }

private:
    first_failure failure_;
};

// Value or failure of each element.
template <class R>
class outcome_collector {
public:
    using result = std::vector<outcome<R>>;
    outcome_collector(bool, std::optional<std::uint64_t> total) {
        if (total) outcomes_.reserve(static_cast<std::size_t>(*total));
    }

    bool add(std::uint64_t first, chunk_result<R>&& chunk) {
        order_.add(first, std::move(chunk), [this](chunk_result<R>&& next) { append(next); });
        return true;
    }
    std::uint64_t failed_element() const noexcept { return 0; }
    result finish() { return std::move(outcomes_); }

private:
    void append(chunk_result<R>& next) {
        std::size_t value = 0, failure = 0;
        for (std::size_t i = 0, size = next.size(); i < size; ++i) {
            if (failure < next.failures.size() && next.failures[failure].index == i)
                outcomes_.emplace_back(std::move(next.failures[failure++].error));
            else if constexpr (std::is_void_v<R>)
                outcomes_.emplace_back();
            else
                outcomes_.emplace_back(static_cast<R>(std::move(next.values[value++])));
        }
    }

    in_order<R> order_;
    result outcomes_;
};

// All values combined with `init`, in the order of the elements, or the first failure.
template <class R, class Init, class Op>
class reducing_collector {
public:
    using result = Init;
    reducing_collector(Init init, Op op) : value_(std::move(init)), op_(std::move(op)) {}

    bool add(std::uint64_t first, chunk_result<R>&& chunk) {
        failure_.note(first, chunk);
        if (failure_) return false;
        order_.add(first, std::move(chunk), [this](chunk_result<R>&& next) {
            for (auto&& value : next.values) value_ = op_(std::move(value_), static_cast<R>(std::move(value)));
        });
        return true;
    }
    std::uint64_t failed_element() const noexcept { return failure_.element(); }
    result finish() {
        failure_.throw_it();
        return std::move(value_);
    }

private:
    Init value_;
    Op op_;
    in_order<R> order_;
    first_failure failure_;
};

}  // namespace brood::detail
