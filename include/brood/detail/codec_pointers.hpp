// SPDX-License-Identifier: MIT
// Owning pointers: one object stays one however many std::shared_ptr lead to it, cycles close again, and a pointer to a
// polymorphic class brings back the derived class (CEREAL_REGISTER_TYPE). Every number and type is checked on the way
// in.
#pragma once

#include <brood/detail/codec_classes.hpp>
#include <brood/detail/polymorphic.hpp>

#include <memory>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace brood::detail {

// ---- objects on the heap ------------------------------------------------------------------------

// A new object, read from the archive. T is not const.
template <class T>
std::unique_ptr<T> make_on_heap(input_archive& archive) {
    if constexpr (builds_itself<T>) {
        static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__, "brood: the class is over-aligned");
        std::unique_ptr<void, void (*)(void*)> memory(::operator new(sizeof(T)), [](void* m) { ::operator delete(m); });
        build_by_code(archive, static_cast<T*>(memory.get()));
        return std::unique_ptr<T>(static_cast<T*>(memory.release()));
    } else if constexpr (needs_making<T> && kind_of<T> != kind::user) {
        return std::unique_ptr<T>(new T(make_value<T>(archive)));
    } else {
        std::unique_ptr<T> made(cereal::access::construct<T>());
        codec_of<T>::read(archive, *made);
        return made;
    }
}

// ---- shared objects -----------------------------------------------------------------------------

// Whether `part` is the object or a member of it, at any depth, of that type. Members of classes with code are not
// known.
template <class T>
bool has_part(const T& object, const void* part, const std::type_info& type) {
    if (static_cast<const void*>(std::addressof(object)) == part && typeid(T) == type) return true;
    if constexpr (kind_of<T> == kind::aggregate) {
        return with_fields(object, [&](const auto&... field) { return (has_part(field, part, type) || ...); });
    } else if constexpr (kind_of<T> == kind::tuple) {
        return std::apply([&](const auto&... field) { return (has_part(field, part, type) || ...); }, object);
    } else if constexpr (kind_of<T> == kind::array || kind_of<T> == kind::c_array) {
        for (const auto& element : object)
            if (has_part(element, part, type)) return true;
        return false;
    } else {
        return false;
    }
}
template <class T>
inline constexpr shared_class shared_class_of{&typeid(T), sizeof(T),
                                              [](const void* object, const void* part, const std::type_info& type) {
                                                  return has_part(*static_cast<const T*>(object), part, type);
                                              }};

template <class T>
concept shares_itself = requires(T& t) {
    cereal::access::shared_from_this(t);
};

// A new shared object. Its number is known before it is read, so that what it contains can refer to it; objects that
// are not built in place first can be referred to when they are complete.
template <class T>
std::shared_ptr<T> make_shared_object(input_archive& archive) {
    constexpr bool in_place = !builds_itself<T> && (!needs_making<T> || kind_of<T> == kind::user);
    if constexpr (in_place) {
        std::shared_ptr<T> made;
        if constexpr (std::is_default_constructible_v<T>)
            made = std::make_shared<T>();
        else
            made.reset(cereal::access::construct<T>());
        archive.add_shared(made, shared_class_of<T>);
        codec_of<T>::read(archive, *made);
        return made;
    } else if constexpr (shares_itself<T> || std::is_polymorphic_v<T>) {
        const std::uint32_t number = archive.add_shared(nullptr, shared_class_of<T>);
        std::shared_ptr<T> made = make_on_heap<T>(archive);
        archive.complete_shared(number, made);
        return made;
    } else {
        auto storage = std::make_shared<storage_of<T>>();
        std::shared_ptr<T> made(storage, storage->place());
        archive.add_shared(made, shared_class_of<T>);
        if constexpr (builds_itself<T>)
            build_by_code(archive, storage->place());
        else
            new (storage->place()) T(make_value<T>(archive));
        storage->set_built();
        return made;
    }
}

// ---- std::shared_ptr to an object of exactly this type ------------------------------------------

template <class T>
void write_shared_object(output_archive& archive, const T* object, const std::shared_ptr<const void>& owner) {
    if (archive.write_shared(object, shared_class_of<T>, owner)) write_value(archive, *object);
}
template <class T>
std::shared_ptr<T> read_shared_object(input_archive& archive) {
    const auto tag = archive.read_shared();
    if (tag.number == 0) return nullptr;
    if (tag.new_object) return make_shared_object<T>(archive);
    return std::static_pointer_cast<T>(archive.shared(tag, typeid(T)));
}

// ---- pointers that may lead to a derived class --------------------------------------------------

enum class pointee : std::uint8_t { none, exact, derived };

template <class T>
pointee write_pointee(output_archive& archive, const T* object, const polymorphic_output*& derived) {
    if (object == nullptr) return archive.write(&polymorphic_null, sizeof polymorphic_null), pointee::none;
    if (typeid(*object) == typeid(T))
        return archive.write(&polymorphic_exact, sizeof polymorphic_exact), pointee::exact;
    derived = &find_polymorphic(typeid(*object));
    archive.write_polymorphic_name(derived->name);
    return pointee::derived;
}
inline pointee read_pointee(input_archive& archive, const polymorphic_input*& derived) {
    const auto tag = archive.read_number<std::uint32_t>();
    if (tag == polymorphic_null) return pointee::none;
    if (tag == polymorphic_exact) return pointee::exact;
    derived = &find_polymorphic(archive.read_polymorphic_name(tag));
    return pointee::derived;
}

[[noreturn]] inline void fail_abstract() { fail("an object of an abstract class"); }

template <class T>
void write_polymorphic_shared(output_archive& archive, const std::shared_ptr<T>& pointer) {
    using object = std::remove_const_t<T>;
    const polymorphic_output* derived = nullptr;
    switch (write_pointee<object>(archive, pointer.get(), derived)) {
        case pointee::none: return;
        case pointee::derived: return derived->write_shared(archive, dynamic_cast<const void*>(pointer.get()), pointer);
        case pointee::exact:
            if constexpr (!std::is_abstract_v<object>) write_shared_object<object>(archive, pointer.get(), pointer);
            return;
    }
}
template <class T>
std::shared_ptr<T> read_polymorphic_shared(input_archive& archive) {
    const polymorphic_input* derived = nullptr;
    switch (read_pointee(archive, derived)) {
        case pointee::none: return nullptr;
        case pointee::exact:
            if constexpr (std::is_abstract_v<T>)
                fail_abstract();
            else
                return read_shared_object<T>(archive);
        case pointee::derived: break;
    }
    const std::shared_ptr<void> made = derived->read_shared(archive);
    if (!made) fail("a polymorphic pointer without an object");
    return std::shared_ptr<T>(made, static_cast<T*>(derived->to_base(made.get(), typeid(T))));
}

template <>
struct codec<kind::shared> {
    template <class T>
    static void write(output_archive& archive, const T& pointer) {
        using object = std::remove_const_t<typename T::element_type>;
        if constexpr (std::is_polymorphic_v<object>)
            write_polymorphic_shared(archive, pointer);
        else if (pointer)
            write_shared_object<object>(archive, pointer.get(), pointer);
        else
            archive.write(&polymorphic_null, sizeof polymorphic_null);
    }
    template <class T>
    static void read(input_archive& archive, T& pointer) {
        using object = std::remove_const_t<typename T::element_type>;
        if constexpr (std::is_polymorphic_v<object>)
            pointer = read_polymorphic_shared<object>(archive);
        else
            pointer = read_shared_object<object>(archive);
    }
};

template <>
struct codec<kind::weak> {
    template <class T>
    static void write(output_archive& archive, const T& pointer) {
        write_value(archive, pointer.lock());
    }
    template <class T>
    static void read(input_archive& archive, T& pointer) {
        pointer = make_value<decltype(pointer.lock())>(archive);
    }
};

// ---- std::unique_ptr ----------------------------------------------------------------------------

template <class T>
void write_polymorphic_unique(output_archive& archive, const T* pointer) {
    const polymorphic_output* derived = nullptr;
    switch (write_pointee<T>(archive, pointer, derived)) {
        case pointee::none: return;
        case pointee::derived: return derived->write(archive, dynamic_cast<const void*>(pointer));
        case pointee::exact:
            if constexpr (!std::is_abstract_v<T>) write_value(archive, *pointer);
            return;
    }
}
template <class T>
std::unique_ptr<T> read_polymorphic_unique(input_archive& archive) {
    const polymorphic_input* derived = nullptr;
    switch (read_pointee(archive, derived)) {
        case pointee::none: return nullptr;
        case pointee::exact:
            if constexpr (std::is_abstract_v<T>)
                fail_abstract();
            else
                return make_on_heap<T>(archive);
        case pointee::derived: break;
    }
    std::unique_ptr<void, void (*)(void*)> made(derived->read(archive), derived->destroy);
    T* const base = static_cast<T*>(derived->to_base(made.get(), typeid(T)));
    static_cast<void>(made.release());
    return std::unique_ptr<T>(base);
}

template <>
struct codec<kind::unique> {
    template <class T>
    static void write(output_archive& archive, const T& pointer) {
        using object = std::remove_const_t<typename T::element_type>;
        if constexpr (std::is_polymorphic_v<object>) {
            write_polymorphic_unique<object>(archive, pointer.get());
        } else {
            archive.write_byte(pointer ? 1 : 0);
            if (pointer) write_value<object>(archive, *pointer);
        }
    }
    template <class T>
    static void read(input_archive& archive, T& pointer) {
        using object = std::remove_const_t<typename T::element_type>;
        if constexpr (std::is_polymorphic_v<object>)
            pointer = read_polymorphic_unique<object>(archive);
        else if (archive.read_flag())
            pointer = make_on_heap<object>(archive);
        else
            pointer = nullptr;
    }
};

// ---- what CEREAL_REGISTER_TYPE registers --------------------------------------------------------

template <class T>
polymorphic_output polymorphic_output_of(const char* name) {
    return {name, &typeid(T),
            [](output_archive& archive, const void* object) { write_value(archive, *static_cast<const T*>(object)); },
            [](output_archive& archive, const void* object, const std::shared_ptr<const void>& owner) {
                write_shared_object<T>(archive, static_cast<const T*>(object), owner);
            }};
}
template <class T>
polymorphic_input polymorphic_input_of(const char* name) {
    return {name,
            &typeid(T),
            [](input_archive& archive) -> void* { return make_on_heap<T>(archive).release(); },
            [](input_archive& archive) -> std::shared_ptr<void> { return read_shared_object<T>(archive); },
            [](void* object) { delete static_cast<T*>(object); },
            &to_base<T>};
}

}  // namespace brood::detail

// In place of cereal's own: no map of std::function in each program, and types checked.
namespace cereal::detail {
template <class T>
struct OutputBindingCreator<brood::output_archive, T> {
    OutputBindingCreator() {
        brood::detail::register_polymorphic(brood::detail::polymorphic_output_of<T>(binding_name<T>::name()));
    }
};
template <class T>
struct InputBindingCreator<brood::input_archive, T> {
    InputBindingCreator() {
        brood::detail::register_polymorphic(brood::detail::polymorphic_input_of<T>(binding_name<T>::name()));
    }
};
}  // namespace cereal::detail
