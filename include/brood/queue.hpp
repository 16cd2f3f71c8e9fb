// SPDX-License-Identifier: MIT
// Queues between processes.
#pragma once

#include <brood/detail/channel_core.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/loan.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace brood {

// A queue that grows while there is memory.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

namespace detail {
[[noreturn]] BROOD_API void throw_queue_closed(channel_result why);
}  // namespace detail

// Values of any type that can cross, from any processes to any others; T may be move-only and need no default
// constructor. A handle: copies, also those sent to other processes (in a queue, too), are the same queue. The last one
// frees it, with what is left in it; a dead process's handles count no more. A queue that is sent through itself and
// not taken out holds itself in memory.
//
// A value is written in the caller's put() and read in get(), after it was taken out: what cannot be read is lost and
// the queue goes on. Values of one process come out in the order in which it put them; those of several processes in
// any order. size() is exact at any moment when nobody puts or gets.
//
// Deaths: a value whose put() returned is delivered once, whatever becomes of the process that put it; one whose put()
// was cut short arrives whole or not at all. A process that dies in get() leaves the value there, or takes it with it.
//
// End: after close() put() throws queue_closed; get() gives what is left and then throws it. So does a get() on an
// empty queue that nobody could fill: another process had the queue, now no other process and no message has it, and
// this process never put anything. And a put() on a full one when no other has it and this process never got anything.
// fork: the child has all handles that its parent had.
//
// Members may be called from several threads at once, one handle by several for all but assignment. Waiting threads use
// no processor time after a short while. They throw std::system_error when too many threads wait in the session.
template <class T>
class queue {
public:
    using value_type = T;

    // A new queue for at most `capacity` values; put() waits while it is full. Throws std::invalid_argument for 0,
    // std::bad_alloc, or brood::error where there is no memory to share.
    explicit queue(std::size_t capacity = unbounded)
        : queue(detail::channel_core::make(capacity == unbounded ? ~std::uint64_t{0} : capacity,
                                           detail::plain_size_of<T>)) {}
    explicit queue(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Adds a value. Blocks while the queue is full. Throws queue_closed, serialization_error when the value cannot be
    // written, std::bad_alloc when the session's memory is used up; each without effect.
    void put(const T& value) { put_before(value, {}); }
    // False, and nothing was put, when the time came first. Durations and times are of the steady clock.
    template <class Rep, class Period>
    bool put_for(const T& value, const std::chrono::duration<Rep, Period>& timeout) {
        return put_before(value, detail::time_after(timeout));
    }
    bool put_until(const T& value, std::chrono::steady_clock::time_point time) { return put_before(value, time); }
    bool try_put(const T& value) { return put_before(value, detail::at_once); }

    // Takes the next value. Blocks while there is none. Throws queue_closed, or serialization_error when it cannot be
    // read (it is gone then).
    T get() {
        auto got = detail::get_value<T>(core(), {});
        if (!got.value) detail::throw_queue_closed(got.why);
        return std::move(*got.value);
    }
    // Empty when the time came first, or when no value will ever come.
    template <class Rep, class Period>
    std::optional<T> get_for(const std::chrono::duration<Rep, Period>& timeout) {
        return detail::get_value<T>(core(), detail::time_after(timeout)).value;
    }
    std::optional<T> get_until(std::chrono::steady_clock::time_point time) {
        return detail::get_value<T>(core(), time).value;
    }
    std::optional<T> try_get() { return detail::get_value<T>(core(), detail::at_once).value; }

    // The next value where it lies in shared memory, without another copy, while the loan or a copy of it lives:
    // vectors of plain elements and plain objects beyond a few kilobytes; of others a loan of a copy. Otherwise as
    // get() and the others.
    loan<T> get_loan() {
        auto got = detail::get_loan<T>(core(), {});
        if (!got.value) detail::throw_queue_closed(got.why);
        return std::move(*got.value);
    }
    template <class Rep, class Period>
    std::optional<loan<T>> get_loan_for(const std::chrono::duration<Rep, Period>& timeout) {
        return detail::get_loan<T>(core(), detail::time_after(timeout)).value;
    }
    std::optional<loan<T>> get_loan_until(std::chrono::steady_clock::time_point time) {
        return detail::get_loan<T>(core(), time).value;
    }
    std::optional<loan<T>> try_get_loan() { return detail::get_loan<T>(core(), detail::at_once).value; }

    // Do not block.
    std::size_t size() const { return static_cast<std::size_t>(core().size()); }
    bool empty() const { return size() == 0; }
    bool full() const { return size() >= capacity(); }
    std::size_t capacity() const {
        const auto values = core().capacity();
        return values >= unbounded ? unbounded : static_cast<std::size_t>(values);
    }
    // For all processes; again is fine. Whoever waits in put() or, when the queue is empty, in get() goes on.
    void close() { core().close(); }
    bool is_closed() const { return core().is_closed(); }

    // `for (T& value : q)` takes values out until the queue is closed and empty, or nobody could fill it.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;
        using pointer = T*;
        using reference = T&;

        iterator() noexcept = default;
        explicit iterator(queue& from) : from_(&from) { ++*this; }
        T& operator*() const noexcept { return *value_; }
        T* operator->() const noexcept { return &*value_; }
        iterator& operator++() {
            value_.reset();
            if (auto got = detail::get_value<T>(from_->core(), {}); got.value)
                value_.emplace(std::move(*got.value));
            else
                from_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& a, const iterator& b) noexcept { return a.from_ == b.from_; }

    private:
        queue* from_ = nullptr;
        mutable std::optional<T> value_;
    };
    iterator begin() { return iterator(*this); }
    iterator end() noexcept { return {}; }

    // For brood itself.
    void join_wait(detail::wait_set& set) const { core().join_wait(set); }

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<queue>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const queue& a, const queue& b) noexcept { return a.object_ == b.object_; }

protected:
    static detail::shared_object load_object(input_archive& archive) {
        return detail::channel_core::load(archive, detail::plain_size_of<T>);
    }
    detail::channel_core core() const { return detail::channel_core::of(object_); }

private:
    bool put_before(const T& value, const detail::channel_deadline& until) {
        const auto result = detail::put_value(core(), value, until);
        if (result == detail::channel_result::done) return true;
        if (result != detail::channel_result::late) detail::throw_queue_closed(result);
        return false;
    }

    detail::shared_object object_;
};

// A queue of tasks: whoever got one says when it is done, and others wait for all of them.
template <class T>
class joinable_queue : public queue<T> {
public:
    using queue<T>::queue;

    // One value that was put is done with. Throws std::logic_error when it is called more often than values were put.
    void task_done() {
        if (!this->core().task_done()) throw std::logic_error("task_done() was called more often than values were put");
    }
    // Blocks until every value that was put is done with. A task whose process died is never done: then this ends, with
    // queue_closed, once no other process has the queue, unless this one gets values itself.
    void join() const { join_before({}); }
    // False when the time came first.
    template <class Rep, class Period>
    bool join_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return join_before(detail::time_after(timeout));
    }
    bool join_until(std::chrono::steady_clock::time_point time) const { return join_before(time); }

    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<joinable_queue>& construct) {
        construct(queue<T>::load_object(archive));
    }

private:
    bool join_before(const detail::channel_deadline& until) const {
        const auto result = this->core().join(until);
        if (result == detail::channel_result::deserted) detail::throw_queue_closed(result);
        return result == detail::channel_result::done;
    }
};

}  // namespace brood
