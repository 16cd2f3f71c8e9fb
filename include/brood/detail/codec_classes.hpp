// SPDX-License-Identifier: MIT
// Aggregates without any code, and classes with cereal's.
#pragma once

#include <brood/detail/codec.hpp>
#include <brood/detail/fields.hpp>
#include <brood/detail/user_code.hpp>

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace brood::detail {

// ---- aggregates ---------------------------------------------------------------------------------

template <class... F>
constexpr bool all_read_in_place(types<F...>) {
    return ((!std::is_const_v<F> && (std::is_array_v<F> || made_first<F> || !needs_making<F>)) && ...);
}

template <>
struct codec<kind::aggregate> {
    // Made in one step: something in it is const or has no default constructor.
    template <class T>
    static constexpr bool makes = !std::is_default_constructible_v<T> || !all_read_in_place(field_types<T>());

    template <class T>
    static void write(output_archive& archive, const T& value) {
        frame here(archive, raw_type_name<T>(), raw_field_names<T>.data());
        with_fields(value, [&](const auto&... field) {
            std::size_t i = 0;
            ((here.at(i++), write_value(archive, field)), ...);
        });
        here.done();
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        frame here(archive, raw_type_name<T>(), raw_field_names<T>.data());
        with_fields(value, [&](auto&... field) {
            std::size_t i = 0;
            ((here.at(i++), read_value(archive, field)), ...);
        });
        here.done();
    }
    template <class T>
    static T make(input_archive& archive) {
        frame here(archive, raw_type_name<T>(), raw_field_names<T>.data());
        const finish at_end{here};
        return make_of(std::type_identity<T>(), archive, here, field_types<T>());
    }

private:
    // Marks the frame as done when the value was made without an exception.
    struct finish {
        frame& here;
        int exceptions = std::uncaught_exceptions();
        ~finish() {
            if (std::uncaught_exceptions() == exceptions) here.done();
        }
    };
    template <class F>
    static F make_field(input_archive& archive, frame& here, std::size_t index) {
        here.at(index);
        return make_value<F>(archive);
    }
    // The order of initialisers in braces is the order of evaluation.
    template <class T, class... F>
    static T make_of(std::type_identity<T>, input_archive& archive, frame& here, types<F...>) {
        std::size_t i = 0;
        if constexpr (has_empty_base<T>)
            return T{{}, make_field<std::remove_const_t<F>>(archive, here, i++)...};
        else
            return T{make_field<std::remove_const_t<F>>(archive, here, i++)...};
    }
};

// ---- classes with code --------------------------------------------------------------------------

// While user code writes an object: what it hands to the archive stays in memory only if it lies in the object.
class object_scope {
public:
    object_scope(output_archive& archive, const void* object, std::size_t size)
        : archive_(archive),
          outer_(archive.exchange_object(archive.lasts() ? std::span(static_cast<const std::byte*>(object), size)
                                                         : std::span<const std::byte>())) {}
    object_scope(const object_scope&) = delete;
    object_scope& operator=(const object_scope&) = delete;
    ~object_scope() { archive_.exchange_object(outer_); }

private:
    output_archive& archive_;
    std::span<const std::byte> outer_;
};

template <class T>
void call_saving(output_archive& archive, const T& value) {
    constexpr user_way way = user_way_of<T>;
    const auto version = [] { return cereal::detail::Version<T>::version; };
    if constexpr (way.versioned) archive.write_version(typeid(T), version());
    auto& changeable = const_cast<T&>(value);
    if constexpr (way.form == way::serialize && way.member) {
        if constexpr (way.versioned)
            cereal::access::member_serialize(archive, changeable, version());
        else
            cereal::access::member_serialize(archive, changeable);
    } else if constexpr (way.form == way::serialize) {
        if constexpr (way.versioned)
            user_code::call_free_serialize(archive, changeable, version());
        else
            user_code::call_free_serialize(archive, changeable);
    } else if constexpr (way.form == way::split && way.member) {
        if constexpr (way.versioned)
            cereal::access::member_save(archive, value, version());
        else
            cereal::access::member_save(archive, value);
    } else if constexpr (way.form == way::split) {
        if constexpr (way.versioned)
            user_code::call_free_save(archive, value, version());
        else
            user_code::call_free_save(archive, value);
    } else if constexpr (way.member) {
        if constexpr (way.versioned)
            archive(cereal::access::member_save_minimal(archive, value, version()));
        else
            archive(cereal::access::member_save_minimal(archive, value));
    } else {
        if constexpr (way.versioned)
            archive(user_code::call_free_save_minimal(archive, value, version()));
        else
            archive(user_code::call_free_save_minimal(archive, value));
    }
}

template <class T>
auto minimal_of(const output_archive& archive, const T& value) {
    constexpr user_way way = user_way_of<T>;
    if constexpr (way.member && way.versioned)
        return cereal::access::member_save_minimal(archive, value, 0U);
    else if constexpr (way.member)
        return cereal::access::member_save_minimal(archive, value);
    else if constexpr (way.versioned)
        return user_code::call_free_save_minimal(archive, value, 0U);
    else
        return user_code::call_free_save_minimal(archive, value);
}

template <class T>
void call_loading_minimal(input_archive& archive, T& value, std::uint32_t version) {
    constexpr user_way way = user_way_of<T>;
    using minimal = decltype(minimal_of(std::declval<const output_archive&>(), std::declval<const T&>()));
    const auto state = make_value<std::remove_cv_t<minimal>>(archive);
    if constexpr (way.member && way.versioned)
        cereal::access::member_load_minimal(archive, value, state, version);
    else if constexpr (way.member)
        cereal::access::member_load_minimal(archive, value, state);
    else if constexpr (way.versioned)
        user_code::call_free_load_minimal(archive, value, state, version);
    else
        user_code::call_free_load_minimal(archive, value, state);
}

template <class T>
void call_loading(input_archive& archive, T& value) {
    constexpr user_way way = user_way_of<T>;
    std::uint32_t version = 0;
    if constexpr (way.versioned) version = archive.read_version(typeid(T));
    if constexpr (way.form == way::serialize && way.member) {
        if constexpr (way.versioned)
            cereal::access::member_serialize(archive, value, version);
        else
            cereal::access::member_serialize(archive, value);
    } else if constexpr (way.form == way::serialize) {
        if constexpr (way.versioned)
            user_code::call_free_serialize(archive, value, version);
        else
            user_code::call_free_serialize(archive, value);
    } else if constexpr (way.form == way::split && way.member) {
        if constexpr (way.versioned)
            cereal::access::member_load(archive, value, version);
        else
            cereal::access::member_load(archive, value);
    } else if constexpr (way.form == way::split) {
        if constexpr (way.versioned)
            user_code::call_free_load(archive, value, version);
        else
            user_code::call_free_load(archive, value);
    } else {
        call_loading_minimal(archive, value, version);
    }
}

// Storage for an object that its load_and_construct builds.
template <class T>
class storage_of {
public:
    storage_of() = default;
    storage_of(const storage_of&) = delete;
    storage_of& operator=(const storage_of&) = delete;
    ~storage_of() {
        if (built_) std::destroy_at(get());
    }
    T* get() noexcept { return std::launder(reinterpret_cast<T*>(bytes_)); }
    T* place() noexcept { return reinterpret_cast<T*>(bytes_); }
    void set_built() noexcept { built_ = true; }

private:
    alignas(T) std::byte bytes_[sizeof(T)];
    bool built_ = false;
};

template <class T>
inline constexpr bool builds_itself = [] {
    if constexpr (kind_of<T> == kind::user)
        return has_load_and_construct<T>;
    else
        return false;
}();

}  // namespace brood::detail

// The one class that cereal lets make a cereal::construct.
template <class T>
struct cereal::memory_detail::LoadAndConstructLoadWrapper<brood::input_archive, T> {
    // Builds a T at `place`; what was built is destroyed if an exception ends the building.
    static void build(brood::input_archive& archive, T* place) {
        ::cereal::construct<T> construct(place);
        try {
            call(archive, construct);
        } catch (...) {
            if (construct.itsValid) std::destroy_at(place);
            throw;
        }
        if (!construct.itsValid) brood::detail::fail("load_and_construct ended without calling construct()");
    }

private:
    static void call(brood::input_archive& archive, ::cereal::construct<T>& construct) {
        using A = brood::input_archive;
        if constexpr (brood::user_code::constructs_itself<A, T>)
            access::load_and_construct<T>(archive, construct);
        else if constexpr (brood::user_code::constructs_itself_versioned<A, T>)
            access::load_and_construct<T>(archive, construct, archive.read_version(typeid(T)));
        else if constexpr (brood::user_code::is_constructed<A, T>)
            LoadAndConstruct<T>::load_and_construct(archive, construct);
        else
            LoadAndConstruct<T>::load_and_construct(archive, construct, archive.read_version(typeid(T)));
    }
};

namespace brood::detail {

template <class T>
void build_by_code(input_archive& archive, T* place) {
    frame here(archive, raw_type_name<T>());
    cereal::memory_detail::LoadAndConstructLoadWrapper<input_archive, T>::build(archive, place);
    here.done();
}

template <>
struct codec<kind::user> {
    template <class T>
    static constexpr bool makes = has_load_and_construct<T> || !std::is_default_constructible_v<T>;

    template <class T>
    static void write(output_archive& archive, const T& value) {
        const std::size_t bases = archive.bases_visited();
        write_as_part(archive, value);
        archive.forget_bases(bases);
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        if constexpr (user_way_of<T>.loads) {
            const std::size_t bases = archive.bases_visited();
            read_as_part(archive, value);
            archive.forget_bases(bases);
        } else {
            value = make<T>(archive);
        }
    }
    // As a base class of a greater object.
    template <class T>
    static void write_as_part(output_archive& archive, const T& value) {
        frame here(archive, raw_type_name<T>());
        const object_scope object(archive, std::addressof(value), sizeof value);
        call_saving(archive, value);
        here.done();
    }
    template <class T>
    static void read_as_part(input_archive& archive, T& value) {
        frame here(archive, raw_type_name<T>());
        call_loading(archive, value);
        here.done();
    }
    template <class T>
    static T make(input_archive& archive) {
        static_assert(
            std::is_move_constructible_v<T>,
            "brood: a value that cannot be moved can only be sent behind a std::unique_ptr or std::shared_ptr");
        if constexpr (has_load_and_construct<T>) {
            storage_of<T> storage;
            build_by_code(archive, storage.place());
            storage.set_built();
            return std::move(*storage.get());
        } else {
            const std::unique_ptr<T> made(cereal::access::construct<T>());
            read(archive, *made);
            return std::move(*made);
        }
    }
};

}  // namespace brood::detail
