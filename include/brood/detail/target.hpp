// SPDX-License-Identifier: MIT
// A target: a callable with its arguments, which runs here (fork) or is sent and runs there (spawn, forkserver). The
// address of `enter`, one function for each combination of types, is what names it in the other process.
#pragma once

#include <brood/detail/callable.hpp>
#include <brood/export.hpp>
#include <brood/serialization.hpp>

#include <concepts>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace brood::detail {

// The child's side of a running target. Implemented by the process layer.
class BROOD_API target_session {
public:
    // The arguments were read; what happens from here on is the target's doing.
    virtual void arguments_read() = 0;
    // The result is about to be written.
    virtual output_archive& begin_result() = 0;
    // Sends it and returns when the parent has it (the value must live until then).
    virtual void send_result() = 0;

protected:
    ~target_session() = default;
};

using entry_function = void (*)(input_archive&, target_session&);

// What a target calls, for whoever tells of it: the type, and the code where a pointer leads to it.
struct callee {
    const std::type_info* type = nullptr;
    const void* code = nullptr;
    std::size_t elements = 0;  // of a chunk of a map; else 0
};

template <class F>
callee callee_of(const F& function) noexcept {
    if constexpr (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>) {
        return {&typeid(F), reinterpret_cast<const void*>(function), 0};
    } else if constexpr (std::is_member_function_pointer_v<F>) {
        raw_member_function raw;
        static_assert(sizeof raw == sizeof function);
        std::memcpy(&raw, &function, sizeof raw);
        return {&typeid(F), code_of_member(raw), 0};
    } else {
        return {&typeid(F), nullptr, 0};
    }
}

class target {
public:
    virtual ~target() = default;
    virtual entry_function entry() const noexcept = 0;
    virtual callee calls() const noexcept { return {}; }
    virtual void save(output_archive& archive) const = 0;
    // Runs it in this process, once.
    virtual void run(target_session& session) = 0;
};

// What becomes of the value that the callable returns.
struct drop_result {};
struct send_back {};

template <class F, class... Kept>
concept runs_with_values = std::is_invocable_v<F, Kept...>;

// A member function without && may want its object as an lvalue.
template <class F, class First, class... Kept>
constexpr bool runs_on_object = std::is_member_pointer_v<F>&& std::is_invocable_v<F, First&, Kept...>;

template <class F, class... Kept>
constexpr bool wants_reference = !runs_with_values<F, Kept...> && std::is_invocable_v<F&, Kept&...>;

template <class F, class... Kept>
decltype(auto) invoke_with_values(F&& function, Kept&&... kept) {
    return std::invoke(std::forward<F>(function), std::forward<Kept>(kept)...);
}
template <class F, class First, class... Kept>
    requires(!runs_with_values<F, First, Kept...> && runs_on_object<F, First, Kept...>)
decltype(auto) invoke_with_values(F&& function, First&& object, Kept&&... kept) {
    return std::invoke(std::forward<F>(function), object, std::forward<Kept>(kept)...);
}

template <class F, class... Kept>
constexpr void require_runnable() {
    constexpr bool object = [] {
        if constexpr (sizeof...(Kept) > 0)
            return runs_on_object<F, Kept...>;
        else
            return false;
    }();
    static_assert(
        !wants_reference<F, Kept...> || object,
        "brood: the target takes a reference to non-const, but what it changed would be lost: it runs on a copy "
        "in another process. Take the argument by value or const reference and return the result.");
    static_assert(runs_with_values<F, Kept...> || wants_reference<F, Kept...> || object,
                  "brood: the target cannot be called with these arguments (given as values).");
}

// g++ 12 sees the members of an emptied std::optional destroyed once more, which they are not.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

// Destroys what a target held as soon as it has run, so that destructors do their work in a forked child, too: there
// the target itself belongs to objects that no one destroys.
template <class T>
struct releaser {
    std::optional<T>& held;
    ~releaser() { held.reset(); }
};

template <class Mode, class F, class... Kept>
class call_target final : public target {
public:
    template <class... Args>
    explicit call_target(std::in_place_t, Args&&... given) : held_(std::in_place, std::forward<Args>(given)...) {}

    entry_function entry() const noexcept override { return &call_target::enter; }
    callee calls() const noexcept override { return callee_of(std::get<0>(*held_)); }
    void save(output_archive& archive) const override {
        std::apply([&](const auto&... part) { (save_value(archive, part), ...); }, *held_);
    }
    void run(target_session& session) override {
        const releaser<std::tuple<F, Kept...>> at_end{held_};
        using result = decltype(invoke());
        if constexpr (std::is_void_v<result> || std::is_same_v<Mode, drop_result>) {
            static_cast<void>(invoke());
            if constexpr (std::is_same_v<Mode, send_back>) static_cast<void>(session.begin_result());
        } else {
            const std::remove_cvref_t<result> value = invoke();
            save_value(session.begin_result(), value);
            session.send_result();
            return;
        }
        if constexpr (std::is_same_v<Mode, send_back>) session.send_result();
    }

    static void enter(input_archive& archive, target_session& session) {
        call_target here{from_archive{}, archive};
        session.arguments_read();
        here.run(session);
    }

private:
    struct from_archive {};
    // Braces: the parts are read in the order in which they were written.
    call_target(from_archive, input_archive& archive)
        : held_{std::in_place, load_value<F>(archive), load_value<Kept>(archive)...} {}

    decltype(auto) invoke() {
        return std::apply([](auto&... part) -> decltype(auto) { return invoke_with_values(std::move(part)...); },
                          *held_);
    }

    std::optional<std::tuple<F, Kept...>> held_;
};

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

// How a part is held while its giver waits: by reference to what the giver has, or converted.
template <class Kept, class Given>
using borrowed_part =
    std::conditional_t<std::is_same_v<Kept, std::decay_t<Given>> && !std::is_array_v<std::remove_reference_t<Given>> &&
                           !std::is_function_v<std::remove_reference_t<Given>>,
                       Given&&, Kept>;

// A target that is started before its giver goes on, and so need not copy what it is given. Sent, it is a call_target.
template <class Owner, class... Parts>
class borrowed_target final : public target {
public:
    template <class... Args>
    explicit borrowed_target(std::in_place_t, Args&&... given) : held_(std::forward<Args>(given)...) {}

    entry_function entry() const noexcept override { return &Owner::enter; }
    callee calls() const noexcept override { return callee_of(std::get<0>(held_)); }
    void save(output_archive& archive) const override {
        std::apply([&](const auto&... part) { (save_value(archive, part), ...); }, held_);
    }
    void run(target_session& session) override {
        std::apply(
            [&](auto&&... part) {
                Owner here(std::in_place, static_cast<Parts&&>(part)...);
                here.run(session);
            },
            held_);
    }

private:
    std::tuple<Parts...> held_;
};

// Says at compile time, by name, what of a target cannot cross.
template <class Mode, class F, class... Kept, std::size_t... I>
constexpr void require_target(std::index_sequence<I...>) {
    require_serializable<F, target_itself>();
    (require_serializable<Kept, argument_of_target<I + 1>>(), ...);
    if constexpr (serializable<F> && (serializable<Kept> && ...)) {
        require_runnable<F, Kept...>();
        if constexpr (std::is_same_v<Mode, send_back> && runs_with_values<F, Kept...>) {
            using result = std::invoke_result_t<F, Kept...>;
            if constexpr (!std::is_void_v<result>)
                require_serializable<std::remove_cvref_t<result>, result_of_target>();
        }
    }
}

template <class Mode, class F, class... Args, std::size_t... I>
std::unique_ptr<target> make_target_indexed(std::index_sequence<I...>, F&& function, Args&&... arguments) {
    using callable = std::decay_t<F>;
    using made =
        call_target<Mode, callable, typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>;
    require_target<Mode, callable, typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>(
        std::index_sequence<I...>{});
    return std::make_unique<made>(std::in_place, std::forward<F>(function), std::forward<Args>(arguments)...);
}

template <class Mode, class F, class... Args, std::size_t... I>
auto borrow_target_indexed(std::index_sequence<I...>, F&& function, Args&&... arguments) {
    using callable = std::decay_t<F>;
    using owner =
        call_target<Mode, callable, typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>;
    require_target<Mode, callable, typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>(
        std::index_sequence<I...>{});
    return borrowed_target<
        owner, borrowed_part<callable, F>,
        borrowed_part<typename kept_argument<typename parameter_at<callable, I>::type, Args>::type, Args>...>(
        std::in_place, std::forward<F>(function), std::forward<Args>(arguments)...);
}

// A target that refers to what it was given; it must be started before the giver goes on.
template <class Mode, class F, class... Args>
auto borrow_target(F&& function, Args&&... arguments) {
    return borrow_target_indexed<Mode>(std::index_sequence_for<Args...>{}, std::forward<F>(function),
                                       std::forward<Args>(arguments)...);
}

template <class Mode, class F, class... Args>
std::unique_ptr<target> make_target(F&& function, Args&&... arguments) {
    return make_target_indexed<Mode>(std::index_sequence_for<Args...>{}, std::forward<F>(function),
                                     std::forward<Args>(arguments)...);
}

// The type that a target gives back, decayed.
template <class F, class... Args>
struct target_result {
    template <std::size_t... I>
    static auto find(std::index_sequence<I...>) {
        using callable = std::decay_t<F>;
        if constexpr (runs_with_values<callable,
                                       typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>)
            return std::type_identity<std::remove_cvref_t<std::invoke_result_t<
                callable, typename kept_argument<typename parameter_at<callable, I>::type, Args>::type...>>>{};
        else if constexpr (std::is_invocable_v<callable, Args...>)
            return std::type_identity<std::remove_cvref_t<std::invoke_result_t<callable, Args...>>>{};
        else
            return std::type_identity<void>{};
    }
    using type = typename decltype(find(std::index_sequence_for<Args...>{}))::type;
};

}  // namespace brood::detail
