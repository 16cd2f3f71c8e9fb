// SPDX-License-Identifier: MIT
// How the exceptions of a user's type are written and made again.
#pragma once

#include <brood/detail/exception_codec.hpp>
#include <brood/error.hpp>
#include <brood/serialization.hpp>

#include <cstddef>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <typeinfo>

namespace brood::detail {

// It says itself how its state is read into an object that exists.
template <class E>
inline constexpr bool has_own_state = user_way_of<E>.form != way::none&& user_way_of<E>.loads;

template <class E>
inline constexpr bool made_from_text = std::is_constructible_v<E, const std::string&>;

// Made from its text, then its own state is read, if it has a way to.
template <class E>
inline constexpr bool made_then_read = has_own_state<E> && (made_from_text<E> || std::is_default_constructible_v<E>);

template <class E, class Base>
inline constexpr bool adds_nothing_to = std::is_base_of_v<Base, E> && sizeof(E) == sizeof(Base);

// Its text is all there is.
template <class E>
inline constexpr bool is_its_text = !has_own_state<E> && made_from_text<E> &&
                                    (adds_nothing_to<E, std::runtime_error> || adds_nothing_to<E, std::logic_error>);

// Its text and error code are all there is.
template <class E>
inline constexpr bool is_its_error_code =
    !has_own_state<E> && adds_nothing_to<E, error> && std::is_constructible_v<E, const std::string&, std::error_code>;

// An exception without a member that adds to the text, such as struct stopped : std::exception {}.
template <class E>
inline constexpr bool is_its_type =
    !has_own_state<E> && adds_nothing_to<E, std::exception> && std::is_default_constructible_v<E>;

inline std::string_view as_text(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::span<const std::byte> as_bytes_of(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

template <class E>
void write_state(output_archive& archive, const E& exception) {
    if constexpr (is_its_error_code<E>)
        save_value(archive, exception.code());
    else if constexpr (made_then_read<E>)
        call_saving(archive, exception);
    else if constexpr (!is_its_text<E> && !is_its_type<E>)
        save_value(archive, exception);
}

template <class E>
E read_state(input_archive& archive, const std::string& what) {
    if constexpr (is_its_error_code<E>) {
        return E(what, load_value<std::error_code>(archive));
    } else if constexpr (is_its_text<E>) {
        return E(what);
    } else if constexpr (is_its_type<E>) {
        return E();
    } else if constexpr (made_then_read<E> && made_from_text<E>) {
        E exception(what);
        call_loading(archive, exception);
        return exception;
    } else if constexpr (made_then_read<E>) {
        E exception;
        call_loading(archive, exception);
        return exception;
    } else {
        return load_value<E>(archive);
    }
}

template <class E>
std::string save_state(const std::exception_ptr& thrown) {
    output_archive archive({.handles = false, .blocks = false, .kept_handles = false});
    try {
        std::rethrow_exception(thrown);
    } catch (const E& exception) {
        write_state(archive, exception);
    }
    return std::string(as_text(archive.bytes()));
}

template <class E>
std::exception_ptr load_state(const exception_image& image) {
    input_archive archive(as_bytes_of(image.state));
    return make_exception<E>(read_state<E>(archive, image.what), image.nested);
}

// A type that cannot cross stops the compilation here, by name.
template <class E>
exception_type exception_type_of() {
    static_assert(std::is_same_v<E, std::remove_cvref_t<E>>, "brood: register an exception type without const or &");
    if constexpr (!is_its_error_code<E> && !is_its_text<E> && !is_its_type<E> && !made_then_read<E>) {
        static_assert(!std::is_base_of_v<std::exception, E> || can_cross<E>,
                      "brood: this exception has members of its own: give it a member function "
                      "template <class A> void serialize(A& archive) that names them, and a constructor without "
                      "arguments or from a std::string");
        require_serializable<E>();
    }
    return {&typeid(E), save_state<E>, load_state<E>};
}

}  // namespace brood::detail
