// SPDX-License-Identifier: MIT
// What brood::wait can wait for, whatever its type.
#pragma once

#include <brood/export.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

// What one call waits for. A type is waitable when its `void join_wait(wait_set&) const` adds one thing.
class wait_set;

template <class T>
concept has_join_wait = requires(const T& thing, wait_set& set) {
    thing.join_wait(set);
};

}  // namespace brood::detail

namespace brood {

// Refers to something that wait() can wait for: a process, sentinel, byte_connection, listener, connection<T>,
// queue<T>, event or future<R>. It must live until the wait is over; a temporary is taken over. For lists of which the
// kinds are known only at run time.
class waitable {
public:
    template <detail::has_join_wait T>
    waitable(const T& thing) noexcept  // implicit: wait({child, queue, event})
        : thing_(&thing), join_(&join<T>) {}
    template <class T>
        requires(detail::has_join_wait<T> && !std::is_reference_v<T> && !std::is_const_v<T>)
    waitable(T&& temporary)
        : owned_(std::make_shared<T>(std::move(temporary))), thing_(owned_.get()), join_(&join<T>) {}
    template <detail::has_join_wait T>
    waitable(const T* thing) noexcept : waitable(*thing) {}
    template <class T>
        requires detail::has_join_wait<std::remove_const_t<T>> waitable(std::reference_wrapper<T> thing)
    noexcept : waitable(thing.get()) {}

    // For brood itself.
    void join_wait(detail::wait_set& set) const { join_(thing_, set); }

private:
    template <class T>
    static void join(const void* what, detail::wait_set& set) {
        static_cast<const T*>(what)->join_wait(set);
    }

    std::shared_ptr<void> owned_;
    const void* thing_;
    void (*join_)(const void*, detail::wait_set&);
};

namespace detail {

// A null time: never.
BROOD_API std::vector<std::size_t> wait_for_any(std::span<const waitable> things,
                                                const std::chrono::steady_clock::time_point* time);

}  // namespace detail

}  // namespace brood
