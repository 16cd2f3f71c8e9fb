// SPDX-License-Identifier: MIT
// The registered polymorphic types. CEREAL_REGISTER_TYPE and CEREAL_REGISTER_POLYMORPHIC_RELATION (or
// cereal::base_class) fill it, as for every cereal archive; <brood/serialization.hpp> must be included before they are
// used.
#pragma once

#include <brood/detail/archive.hpp>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>

// The names of cereal's polymorphic support that are needed, so that its headers need not be included for programs
// without it: what CEREAL_REGISTER_ARCHIVE and CEREAL_SETUP_ARCHIVE_TRAITS expand to.
namespace cereal {
namespace detail {
template <class T>
struct binding_name;
struct PolymorphicCasters;
template <class Archive, class T>
struct OutputBindingCreator;
template <class Archive, class T>
struct InputBindingCreator;

template <class T, class BindingTag>
typename polymorphic_serialization_support<brood::output_archive, T>::type instantiate_polymorphic_binding(
    T*, brood::output_archive*, BindingTag, adl_tag);
template <class T, class BindingTag>
typename polymorphic_serialization_support<brood::input_archive, T>::type instantiate_polymorphic_binding(
    T*, brood::input_archive*, BindingTag, adl_tag);
}  // namespace detail

namespace traits::detail {
template <class InputArchive>
struct get_output_from_input;
template <class OutputArchive>
struct get_input_from_output;
template <>
struct get_output_from_input<brood::input_archive> {
    using type = brood::output_archive;
};
template <>
struct get_input_from_output<brood::output_archive> {
    using type = brood::input_archive;
};
}  // namespace traits::detail
}  // namespace cereal

namespace brood::detail {

// Before a polymorphic pointer: null, or an object of the pointer's own class; else the number of a type's name.
inline constexpr std::uint32_t polymorphic_null = 0;
inline constexpr std::uint32_t polymorphic_exact = 0x40000000U;

// `object` is the address of the whole object.
struct polymorphic_output {
    const char* name;
    const std::type_info* type;
    void (*write)(output_archive& archive, const void* object);
    void (*write_shared)(output_archive& archive, const void* object, const std::shared_ptr<const void>& owner);
};
struct polymorphic_input {
    const char* name;
    const std::type_info* type;
    void* (*read)(input_archive& archive);
    std::shared_ptr<void> (*read_shared)(input_archive& archive);
    void (*destroy)(void* object);
    void* (*to_base)(void* object, const std::type_info& base);
};

// The first registration of a type, or name, counts. Any thread.
BROOD_API void register_polymorphic(const polymorphic_output& type);
BROOD_API void register_polymorphic(const polymorphic_input& type);
// Throw serialization_error for what is not registered.
BROOD_API const polymorphic_output& find_polymorphic(const std::type_info& type);
BROOD_API const polymorphic_input& find_polymorphic(const std::string& name);
[[noreturn]] BROOD_API void fail_unrelated(const std::type_info& derived, const std::type_info& base);

// By the relations that cereal knows. Looked up in the module that registered the type: on Windows each has its own.
template <class T, class Casters = cereal::detail::PolymorphicCasters>
void* to_base(void* object, const std::type_info& base) {
    if (typeid(T) == base) return object;
    try {
        return Casters::template upcast<T>(static_cast<T*>(object), base);
    } catch (const cereal::Exception&) {
        fail_unrelated(typeid(T), base);
    }
}

}  // namespace brood::detail
