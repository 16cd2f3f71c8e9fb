// SPDX-License-Identifier: MIT
// Objects that live in a manager's process, as others see them.
#pragma once

#include <brood/detail/managed.hpp>
#include <brood/detail/shared_object.hpp>
#include <brood/detail/type_name.hpp>
#include <brood/export.hpp>
#include <brood/future.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace brood {

class manager;

namespace detail {
// A proxy's object from a message; throws serialization_error when it is of another type.
BROOD_API shared_object load_proxy(input_archive& archive, std::uint64_t type);

template <class T>
inline constexpr std::uint64_t proxy_type = hash_of(type_name<T>);
}  // namespace detail

// Names a T that a manager's process holds, and calls it there. A handle: copies, in whatever process they land and by
// whatever way, name the same object. With the last one the object is destroyed in the manager; a dead process's
// proxies count no more.
//
// Arguments and results cross by value and must be serializable; what cannot cross, and what does not fit, is refused
// at compile time. What the call throws is thrown here as from async(). All calls throw process_died as soon as the
// manager's process ends before it answered, brood::error after the manager was shut down, serialization_error when
// an argument cannot be written or a result not be read, std::bad_alloc when the session's memory is used up.
//
// Calls of one thread on one object run in the order in which they were made. An object may call others, and its
// caller: calls that come back on such a way to an object that waits are let in. A call whose caller dies runs to its
// end.
//
// Members may be called from several threads at once, one proxy by several for all but assignment.
template <class T>
class proxy {
public:
    using object_type = T;

    // Names no object: calls throw std::logic_error.
    proxy() noexcept = default;
    explicit proxy(detail::object_ref object) noexcept : object_(std::move(object)) {}
    explicit operator bool() const noexcept { return static_cast<bool>(object_); }

    // Calls a member function and gives its result (a reference: as a value). Blocks. The member may be const,
    // noexcept, virtual or of a base class; an overloaded one is chosen by static_cast. Calls of const members run
    // beside each other if the object was made with manager::reader_writer.
    template <auto Member, class... Args>
    auto call(Args&&... arguments) const {
        return plan<Member, Args...>::run(object_, std::forward<Args>(arguments)...);
    }
    // The same without waiting. The future's end does not wait either: the call runs, its result is dropped. Errors of
    // sending are thrown at once.
    template <auto Member, class... Args>
    auto async(Args&&... arguments) const {
        return plan<Member, Args...>::start(object_, std::forward<Args>(arguments)...);
    }

    // Reads a data member. Blocks.
    template <auto Member>
    auto get() const {
        static_assert(std::is_member_object_pointer_v<decltype(Member)>, "brood: get() reads a data member.");
        return plan<Member>::run(object_);
    }
    // Writes a data member. Blocks until it is written.
    template <auto Member, class Value>
    void set(Value&& value) const {
        static_assert(std::is_member_object_pointer_v<decltype(Member)>, "brood: set() writes a data member.");
        using member = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
        detail::require_serializable<member, detail::argument_of_target<1>>();
        detail::call_plan<void, T, detail::member_change<T, Member, member>, detail::call_access::write, member>::run(
            object_, std::forward<Value>(value));
    }

    // Runs function(object, arguments...) in the manager and gives its result. Blocks. The function: a function, a
    // captureless lambda or a serializable callable. It counts as a reader if its first parameter is a const reference
    // or a value.
    template <class F, class... Args>
    auto apply(F&& function, Args&&... arguments) const {
        return function_plan<false, F, Args...>::run(object_, std::forward<F>(function),
                                                     std::forward<Args>(arguments)...);
    }
    template <class F, class... Args>
    auto async_apply(F&& function, Args&&... arguments) const {
        return function_plan<false, F, Args...>::start(object_, std::forward<F>(function),
                                                       std::forward<Args>(arguments)...);
    }
    // The same with the object locked: no other with() runs, nor, unless the object is free_threaded, any other call.
    template <class F, class... Args>
    auto with(F&& function, Args&&... arguments) const {
        return function_plan<true, F, Args...>::run(object_, std::forward<F>(function),
                                                    std::forward<Args>(arguments)...);
    }

    void save(output_archive& archive) const { object_.save(archive); }
    void load(input_archive& archive) {
        object_ = detail::object_ref(detail::load_proxy(archive, detail::proxy_type<T>));
    }
    friend bool operator==(const proxy& a, const proxy& b) noexcept { return a.object_ == b.object_; }

private:
    friend class manager;
    template <auto Member, class... Args>
    static constexpr auto find_plan() {
        using indices = std::index_sequence_for<Args...>;
        using check = detail::call_check<T, true, decltype(Member), indices, Args...>;
        check::run();
        if constexpr (check::fits)
            return std::type_identity<typename detail::member_plan<T, Member, indices, Args...>::type>();
    }
    template <auto Member, class... Args>
    using plan = typename decltype(find_plan<Member, Args...>())::type;

    template <bool Lone, class F, class... Args>
    static constexpr auto find_function_plan() {
        using indices = std::index_sequence_for<Args...>;
        using check = detail::call_check<T, false, std::decay_t<F>, indices, Args...>;
        check::run();
        if constexpr (check::fits)
            return std::type_identity<
                typename detail::function_plan<T, Lone, std::decay_t<F>, indices, Args...>::type>();
    }
    template <bool Lone, class F, class... Args>
    using function_plan = typename decltype(find_function_plan<Lone, F, Args...>())::type;

    detail::object_ref object_;
};

}  // namespace brood
