// SPDX-License-Identifier: MIT
// Waiting for any of many things.
#pragma once

#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <ranges>
#include <span>
#include <type_traits>
#include <vector>

namespace brood {

namespace detail {

// Elements that outlive the list that is made of them.
template <class R>
concept range_of_waitables = std::ranges::input_range<R> &&
    std::convertible_to<std::ranges::range_reference_t<R>, waitable> &&
    (std::is_lvalue_reference_v<std::ranges::range_reference_t<R>> || !has_join_wait<std::ranges::range_value_t<R>> ||
     std::same_as<std::ranges::range_value_t<R>, waitable>);

template <range_of_waitables R>
std::vector<waitable> list_of(R&& things) {
    std::vector<waitable> list;
    for (auto&& one : things) list.push_back(waitable(one));
    return list;
}

}  // namespace detail

// Blocks until at least one of some things is ready, and gives the indices of all that are, in order; none of nothing,
// at once. Ready is
//  - a process or sentinel: it has ended;
//  - a queue, connection or byte_connection: there is something to get or receive, or never will be, so that getting
//    would not wait (of a byte_connection: for the beginning of a message);
//  - a listener: accept() gives a client or throws. Handshakes go on meanwhile, as in accept();
//  - an event: it is set, or was since the call began;
//  - a future: its result, or the end of its process, is there.
// Another thread or process may be faster: then what was ready is not any more. Nothing is taken, but on Windows an
// empty message of a byte_connection, which is kept for the next receive in this process.
//
// Any number of things, on every system. Uses no processor time while it waits. Where queues, connections or events are
// waited for beside the rest, a thread of brood's own helps; it is kept for the next time.
// Threads: any; a listener is one thread's at a time, so accept() in another one waits until this wait is over.
// Errors: what the thing's own members throw when it is empty, closed, or another process's; brood::error when the
// system has no more memory or threads, or when too many threads wait in the session. Nothing is changed then.
inline std::vector<std::size_t> wait(std::initializer_list<waitable> things) {
    return detail::wait_for_any(std::span(things.begin(), things.size()), nullptr);
}
// For so long, or until a time of the steady clock; no indices when nothing was ready until then. A time that is over
// only looks.
inline std::vector<std::size_t> wait_until(std::initializer_list<waitable> things,
                                           std::chrono::steady_clock::time_point time) {
    return detail::wait_for_any(std::span(things.begin(), things.size()), &time);
}
// For so long.
template <class Rep, class Period>
std::vector<std::size_t> wait(std::initializer_list<waitable> things,
                              const std::chrono::duration<Rep, Period>& timeout) {
    return wait_until(things, detail::time_after(timeout));
}
// The same for any range of things of one type, of pointers or std::reference_wrapper to them, or of brood::waitable.
template <detail::range_of_waitables R>
std::vector<std::size_t> wait(R&& things) {
    return detail::wait_for_any(detail::list_of(things), nullptr);
}
// The same until a time of the steady clock.
template <detail::range_of_waitables R>
std::vector<std::size_t> wait_until(R&& things, std::chrono::steady_clock::time_point time) {
    return detail::wait_for_any(detail::list_of(things), &time);
}
// The same for so long.
template <detail::range_of_waitables R, class Rep, class Period>
std::vector<std::size_t> wait(R&& things, const std::chrono::duration<Rep, Period>& timeout) {
    return wait_until(things, detail::time_after(timeout));
}

}  // namespace brood
