// SPDX-License-Identifier: MIT
// Pipes between processes.
#pragma once

#include <brood/detail/pipe_core.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/loan.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace brood {

// One end of a pipe. A handle: copies, also those sent to other processes, are the same end. It ends with the last one,
// in whatever process that is; a dead process's handles count no more. Values are written in send() and read in recv(),
// as by queue, with the same promises when a process dies.
//
// When the other end is gone, send() throws end_of_stream; recv() gives what was sent before and then throws it.
// Sending does not wait: values stay in memory until they are received.
//
// fork: the child has all handles that its parent had, so an end is not gone while a child has it that was forked
// before.
//
// Members may be called from several threads and processes at once; each value goes to one of them.
template <class T>
class connection {
public:
    using value_type = T;

    explicit connection(detail::pipe_end end) noexcept : end_(std::move(end)) {}

    // Does not block. Throws end_of_stream, serialization_error when the value cannot be written, std::bad_alloc when
    // the session's memory is used up; each without effect. std::logic_error when this end only reads, or was closed.
    void send(const T& value) {
        const auto result = detail::put_value(end_.out(), value, {});
        if (result != detail::channel_result::done) detail::throw_end_of_stream(result);
    }

    // Blocks until a value comes. Throws end_of_stream, or serialization_error when it cannot be read (it is gone
    // then); std::logic_error when this end only writes, or was closed.
    T recv() { return std::move(*receive({})); }
    // Empty when the time came first. Durations and times are of the steady clock.
    template <class Rep, class Period>
    std::optional<T> recv_for(const std::chrono::duration<Rep, Period>& timeout) {
        return receive(detail::time_after(timeout));
    }
    std::optional<T> recv_until(std::chrono::steady_clock::time_point time) { return receive(time); }
    std::optional<T> try_recv() { return receive(detail::at_once); }
    // The next value where it lies in shared memory: see queue::get_loan().
    loan<T> recv_loan() { return std::move(*receive_loan({})); }
    template <class Rep, class Period>
    std::optional<loan<T>> recv_loan_for(const std::chrono::duration<Rep, Period>& timeout) {
        return receive_loan(detail::time_after(timeout));
    }
    std::optional<loan<T>> recv_loan_until(std::chrono::steady_clock::time_point time) { return receive_loan(time); }
    std::optional<loan<T>> try_recv_loan() { return receive_loan(detail::at_once); }
    // Whether recv() would not block: there is a value, or the end of the stream. Waits for that at most so long.
    bool poll() { return end_.in().wait_filled(detail::at_once); }
    template <class Rep, class Period>
    bool poll(const std::chrono::duration<Rep, Period>& timeout) {
        return end_.in().wait_filled(detail::time_after(timeout));
    }

    // Gives this handle up; copies go on. Again is fine.
    void close() noexcept { end_.close(); }
    bool is_closed() const noexcept { return !end_.is_open(); }
    bool readable() const noexcept { return end_.reads(); }
    bool writable() const noexcept { return end_.writes(); }

    // For brood itself.
    void join_wait(detail::wait_set& set) const { end_.in().join_wait(set); }

    void save(output_archive& archive) const { end_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<connection>& construct) {
        construct(detail::pipe_end::load(archive, detail::plain_size_of<T>));
    }
    friend bool operator==(const connection& a, const connection& b) noexcept { return a.end_ == b.end_; }

private:
    template <class Got>
    static auto value_of(Got got) {
        if (!got.value && got.why != detail::channel_result::late) detail::throw_end_of_stream(got.why);
        return std::move(got.value);
    }
    std::optional<T> receive(const detail::channel_deadline& until) {
        return value_of(detail::get_value<T>(end_.in(), until));
    }
    std::optional<loan<T>> receive_loan(const detail::channel_deadline& until) {
        return value_of(detail::get_loan<T>(end_.in(), until));
    }

    detail::pipe_end end_;
};

// The type of one_way.
struct one_way_t {
    explicit one_way_t() = default;
};
// Asks pipe() for a reader and a writer.
inline constexpr one_way_t one_way{};

// Two connected ends; each reads what the other writes. Throws std::bad_alloc, or brood::error where there is no memory
// to share.
template <class T>
std::pair<connection<T>, connection<T>> pipe() {
    auto ends = detail::pipe_end::make(true, detail::plain_size_of<T>);
    return {connection<T>(std::move(ends.first)), connection<T>(std::move(ends.second))};
}
// The end that reads and the end that writes.
template <class T>
std::pair<connection<T>, connection<T>> pipe(one_way_t) {
    auto ends = detail::pipe_end::make(false, detail::plain_size_of<T>);
    return {connection<T>(std::move(ends.first)), connection<T>(std::move(ends.second))};
}

}  // namespace brood
