// SPDX-License-Identifier: MIT
// Types of managed objects that programs of different builds use together.
#pragma once

#include <brood/detail/managed.hpp>
#include <brood/detail/registered_names.hpp>
#include <brood/detail/type_name.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace brood {

// Gives a type a name and a version by which a program of another build knows it: its objects can then be used over
// manager::connect() although the two programs are not the same, as far as both register it alike. At namespace scope,
// in a header that both programs include:
//
//   inline const auto driver_type = brood::managed_type<driver>("driver", 1)
//                                       .constructor<std::string, int>("by port")
//                                       .member<&driver::read>("read")
//                                       .member<&driver::gain>("gain");
//
// Who raises the version says that older programs do not fit: they do not find the objects any more. A member that is
// added under a new name needs no new version. What a name stands for must take and give the same types in both
// programs; they must agree on the sizes of these, as two builds for one kind of machine do.
//
// Registering the same again changes nothing; another type, member or constructor under a name that is taken throws
// std::logic_error. Any thread, before it is used.
template <class T>
class managed_type {
public:
    managed_type(std::string_view name, unsigned version)
        : prefix_(std::string(name) + '\n' + std::to_string(version) + '\n') {
        detail::register_type(detail::hash_of(detail::type_name<T>), detail::hash_of(prefix_));
    }

    // create<T>() with arguments of exactly these types (text: std::string).
    template <class... Args>
    const managed_type& constructor(std::string_view name) const {
        return add<detail::creation<T, Args...>>("new", name);
    }
    // call() and async() of a member function; get() and set() of a data member.
    template <auto Member>
    const managed_type& member(std::string_view name) const {
        if constexpr (std::is_member_object_pointer_v<decltype(Member)>) {
            using value = std::remove_cvref_t<decltype(std::declval<T&>().*Member)>;
            add<detail::member_call<T, Member>>("get", name);
            if constexpr (std::is_assignable_v<value&, value>)
                add<detail::member_change<T, Member, value>>("set", name);
        } else {
            add_call<Member>(name, typename detail::parameters_of<decltype(Member)>::without_object());
        }
        return *this;
    }

private:
    // What callers give for a parameter: text for a view of text.
    template <class A, class Value = std::remove_cvref_t<A>>
    using given = std::conditional_t<std::is_same_v<Value, std::string_view>, std::string, Value>;

    template <auto Member, class... A>
    void add_call(std::string_view name, detail::type_list<A...>) const {
        add<detail::member_call<T, Member, typename detail::kept_argument<A, given<A>>::type...>>("call", name);
    }
    template <class Entry>
    const managed_type& add(const char* kind, std::string_view name) const {
        static_cast<void>(&detail::announced<T, Entry>::known);
        detail::register_entry(&Entry::enter, detail::hash_of(prefix_ + kind + '\n' + std::string(name)));
        return *this;
    }

    std::string prefix_;
};

}  // namespace brood
