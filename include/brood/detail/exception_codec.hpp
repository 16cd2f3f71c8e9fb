// SPDX-License-Identifier: MIT
// How an exception crosses: the registry of types, and how one is made again with exactly its type.
#pragma once

#include <brood/export.hpp>

#include <exception>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace brood {
class input_archive;
class output_archive;
}  // namespace brood

namespace brood::detail {

// What a registered type is made of again.
struct exception_image {
    std::string_view state;  // what its `save` gave
    const std::string& what;
    bool nested;  // it nests another: that one is being handled now
};

// How exceptions of one type are written and made again.
struct exception_type {
    const std::type_info* type;
    // Its state. The exception is of this type, or of one that std::throw_with_nested derived from it.
    std::string (*save)(const std::exception_ptr& exception);
    std::exception_ptr (*load)(const exception_image& image);
};

// For types that are not built in; the first registration of a type counts. Any thread, and before main.
BROOD_API void register_exception_type(const exception_type& type);

// An exception_ptr written to and read from an archive; null crosses too. The origin of one that was thrown here is
// this process and its stack, that of one that came from elsewhere is kept. Writing never fails for the exception's
// sake: one that cannot be written arrives as remote_error. Reading throws serialization_error for bytes that mean
// nothing.
BROOD_API void save_exception(output_archive& archive, const std::exception_ptr& exception);
BROOD_API std::exception_ptr load_exception(input_archive& archive);

// ---- making an exception with a type that is not thrown -----------------------------------------

// Memory for a thrown object; throws nothing and ends the program when there is none, as a throw does.
BROOD_API void* allocate_exception(std::size_t size) noexcept;
BROOD_API void free_exception(void* object) noexcept;
// Takes over an object in such memory. `destroy` is called at the end of its life and must begin with forget_origin().
BROOD_API std::exception_ptr adopt_exception(void* object, const std::type_info& type, void (*destroy)(void*));
BROOD_API void forget_origin(const void* object) noexcept;

template <class E>
std::exception_ptr hold_exception(E&& exception) {
    using held = std::remove_cvref_t<E>;
    void* memory = allocate_exception(sizeof(held));
    try {
        ::new (memory) held(std::forward<E>(exception));
    } catch (...) {
        free_exception(memory);
        throw;
    }
    return adopt_exception(memory, typeid(held), [](void* object) {
        forget_origin(object);
        std::destroy_at(static_cast<held*>(object));
    });
}

// What std::throw_with_nested makes of E; the exception that is being handled becomes the nested one.
template <class E>
struct with_nested final : E, std::nested_exception {
    explicit with_nested(E&& base) : E(std::move(base)) {}
};

// An exception_ptr to an object of exactly type E, or, with `nested`, of one derived from it.
template <class E>
std::exception_ptr make_exception(E exception, bool nested) {
    if constexpr (std::is_class_v<E> && !std::is_final_v<E> && !std::is_base_of_v<std::nested_exception, E>) {
        if (nested) return hold_exception(with_nested<E>(std::move(exception)));
    }
    return hold_exception(std::move(exception));
}

}  // namespace brood::detail
