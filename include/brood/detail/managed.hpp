// SPDX-License-Identifier: MIT
// What a manager's process runs for each call: the entry functions, one for each combination of types.
#pragma once

#include <brood/detail/process_state.hpp>
#include <brood/detail/remote_call.hpp>
#include <brood/detail/target.hpp>
#include <brood/detail/type_name.hpp>
#include <brood/future.hpp>
#include <brood/recreate.hpp>

#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace brood::detail {

// An object that an entry function made, and what is destroyed with it.
struct made_object {
    void* object = nullptr;
    void* owner = nullptr;
    void (*destroy)(void* owner) = nullptr;
};

// Runs `call` and hands over what it gives; a reference is read where it is.
template <class Call>
void answer_with(target_session& session, Call call) {
    using result = decltype(call());
    if constexpr (std::is_void_v<result>) {
        call();
        static_cast<void>(session.begin_result());
        session.send_result();
    } else {
        const std::remove_cvref_t<result>& value = call();
        save_value(session.begin_result(), value);
        session.send_result();
    }
}

// Calls `function(first, kept...)` with the rest of a request.
template <class... Kept>
struct call_arguments {
    // Braces: they are read in the order in which they were written.
    explicit call_arguments(input_archive& archive) : values{load_value<Kept>(archive)...} {}
    template <class Call>
    decltype(auto) pass_to(Call call) {
        return std::apply([&](Kept&... each) -> decltype(auto) { return call(std::move(each)...); }, values);
    }
    std::tuple<Kept...> values;
};

template <class T, class... Kept>
struct creation {
    static void enter(void* into, input_archive& archive, target_session& session) {
        call_arguments<Kept...> arguments(archive);
        session.arguments_read();
        T* const made = arguments.pass_to([](Kept&&... each) {
            if constexpr (std::is_constructible_v<T, Kept...>)
                return new T(std::forward<Kept>(each)...);
            else
                return new T{std::forward<Kept>(each)...};
        });
        *static_cast<made_object*>(into) = {made, made, [](void* object) { delete static_cast<T*>(object); }};
    }
};

// An object that is made from a recreate<T>.
template <class T>
struct recreation {
    static void enter(void* into, input_archive& archive, target_session& session) {
        auto recipe = std::make_unique<recreate<T>>(load_value<recreate<T>>(archive));
        session.arguments_read();
        T* const made = &**recipe;
        *static_cast<made_object*>(into) = {made, recipe.release(),
                                            [](void* owner) { delete static_cast<recreate<T>*>(owner); }};
    }
};
template <class T, class... Args>
inline constexpr bool is_recipe = false;
template <class T>
inline constexpr bool is_recipe<T, recreate<T>> = true;

template <class T, auto Member, class... Kept>
struct member_call {
    static void enter(void* object, input_archive& archive, target_session& session) {
        call_arguments<Kept...> arguments(archive);
        session.arguments_read();
        answer_with(session, [&]() -> decltype(auto) {
            return arguments.pass_to([&](Kept&&... each) -> decltype(auto) {
                return std::invoke(Member, *static_cast<T*>(object), std::forward<Kept>(each)...);
            });
        });
    }
};

template <class T, auto Member, class Value>
struct member_change {
    static void enter(void* object, input_archive& archive, target_session& session) {
        auto value = load_value<Value>(archive);
        session.arguments_read();
        answer_with(session, [&] { static_cast<T*>(object)->*Member = std::move(value); });
    }
};

template <class T, class F, class... Kept>
struct function_call {
    static void enter(void* object, input_archive& archive, target_session& session) {
        auto function = load_value<F>(archive);
        call_arguments<Kept...> arguments(archive);
        session.arguments_read();
        answer_with(session, [&]() -> decltype(auto) {
            return arguments.pass_to([&](Kept&&... each) -> decltype(auto) {
                return std::invoke(function, *static_cast<T*>(object), std::forward<Kept>(each)...);
            });
        });
    }
};

// ---- the caller's side --------------------------------------------------------------------------------------------

// The type in which an argument of F travels; its object is the parameter before the first.
template <class F, std::size_t I, class Argument>
using sent_argument = typename kept_argument<typename parameter_at<F, I + 1>::type, Argument>::type;

// Says by name what of a call cannot cross, and what of it does not fit.
template <class T, class F, class... Kept>
constexpr void require_call() {
    constexpr bool runs = std::is_invocable_v<F, T&, Kept...>;
    constexpr bool wants_reference = !runs && std::is_invocable_v<F, T&, Kept&...>;
    static_assert(!wants_reference,
                  "brood: the function takes a reference to non-const, but what it changed would be lost: it runs on a "
                  "copy of the argument in the manager's process. Take the argument by value or const reference and "
                  "return the result.");
    static_assert(runs || wants_reference,
                  "brood: the object cannot be called so: it is no member or function of its type, or the arguments "
                  "(given as values) do not fit.");
    if constexpr (runs) {
        using result = std::remove_cvref_t<std::invoke_result_t<F, T&, Kept...>>;
        if constexpr (!std::is_void_v<result>) require_serializable<result, result_of_target>();
    }
}
template <class... Kept, std::size_t... I>
constexpr void require_arguments(std::index_sequence<I...>) {
    (require_serializable<Kept, argument_of_target<I + 1>>(), ...);
}

template <class T, class F, class... Kept>
using call_result = std::remove_cvref_t<std::invoke_result_t<F, T&, Kept...>>;

// A call that only reads: of a const member, or of a function that says so by its parameter.
template <class T, class F, class... Kept>
constexpr bool only_reads() {
    if constexpr (std::is_member_pointer_v<F>)
        return std::is_invocable_v<F, const T&, Kept...>;
    else
        return std::is_convertible_v<const T&, typename parameter_at<F, 0>::type>;
}

// Writes the parts and sends them; what had to be converted lives until then.
template <class... Kept, class... Given>
void send_parts(remote_call& call, Given&&... given) {
    const std::tuple<borrowed_part<Kept, Given>...> parts(std::forward<Given>(given)...);
    std::apply([&](const auto&... part) { (save_value(call.arguments(), part), ...); }, parts);
    call.send();
}

template <class R>
R read_answer(remote_call& call) {
    input_archive& archive = call.open();
    if constexpr (!std::is_void_v<R>)
        return load_value<R>(archive);
    else
        static_cast<void>(archive);
}

// The name of an entry, which is known to be one from before main.
template <class T, class Entry>
struct announced {
    static inline const known_entry known{&Entry::enter, hash_of(type_name<T>)};
};
template <class T, class Entry>
const entry_name& name_of() {
    static_cast<void>(&announced<T, Entry>::known);
    static const entry_name made(&Entry::enter);
    return made;
}

// What to call and how to send it: an entry, and the types in which the parts travel.
template <class R, class T, class Entry, call_access Access, class... Kept>
struct call_plan {
    using result = R;

    template <class... Given>
    static R run(const object_ref& object, Given&&... given) {
        remote_call call(object, name(), Access, true);
        send_parts<Kept...>(call, std::forward<Given>(given)...);
        call.wait_until({});
        return read_answer<R>(call);
    }
    template <class... Given>
    static future<R> start(const object_ref& object, Given&&... given) {
        auto call = std::make_unique<remote_call>(object, name(), Access, false);
        send_parts<Kept...>(*call, std::forward<Given>(given)...);
        return future<R>(std::make_shared<process_state<R>>(pend(std::move(call))));
    }

private:
    static const entry_name& name() { return name_of<T, Entry>(); }
};

// Checked first, by classes of their own: a plan that cannot be would say so less well.
template <class T, bool IsMember, class F, class Indices, class... Args>
struct call_check;
template <class T, bool IsMember, class F, std::size_t... I, class... Args>
struct call_check<T, IsMember, F, std::index_sequence<I...>, Args...> {
    static constexpr bool fits = std::is_invocable_v<F, T&, sent_argument<F, I, Args>...>;
    static constexpr void run() {
        if constexpr (!IsMember) require_serializable<F, target_itself>();
        (require_serializable<sent_argument<F, I, Args>, argument_of_target<I + 1>>(), ...);
        require_call<T, F, sent_argument<F, I, Args>...>();
    }
};

template <class T, auto Member, class Indices, class... Args>
struct member_plan;
template <class T, auto Member, std::size_t... I, class... Args>
struct member_plan<T, Member, std::index_sequence<I...>, Args...> {
    using member = decltype(Member);
    static constexpr call_access access =
        only_reads<T, member, sent_argument<member, I, Args>...>() ? call_access::read : call_access::write;
    using type =
        call_plan<call_result<T, member, sent_argument<member, I, Args>...>, T,
                  member_call<T, Member, sent_argument<member, I, Args>...>, access, sent_argument<member, I, Args>...>;
};

template <class T, bool Lone, class F, class Indices, class... Args>
struct function_plan;
template <class T, bool Lone, class F, std::size_t... I, class... Args>
struct function_plan<T, Lone, F, std::index_sequence<I...>, Args...> {
    static constexpr call_access access = Lone                                               ? call_access::lone
                                          : only_reads<T, F, sent_argument<F, I, Args>...>() ? call_access::read
                                                                                             : call_access::write;
    using type = call_plan<call_result<T, F, sent_argument<F, I, Args>...>, T,
                           function_call<T, F, sent_argument<F, I, Args>...>, access, F, sent_argument<F, I, Args>...>;
};

}  // namespace brood::detail
