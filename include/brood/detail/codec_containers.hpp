// SPDX-License-Identifier: MIT
// Arrays and the standard containers, and their std::pmr and other allocator variants. They are known by name and used
// by what they can do, so that none of their headers is needed here.
#pragma once

#include <brood/detail/plain.hpp>

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

namespace brood::detail {

template <class Range>
void write_elements(output_archive& archive, const Range& range) {
    for (const auto& element : range) write_value(archive, element);
}
template <class Range>
void write_counted(output_archive& archive, const Range& range, std::size_t count) {
    archive.write_size(count);
    const std::size_t begin = archive.size();
    write_elements(archive, range);
    archive.pad_elements(begin, count);
}
// Reads a count, then calls read_one(count) for each element.
template <class ReadOne>
void read_counted(input_archive& archive, std::uint64_t count, ReadOne&& read_one) {
    const std::size_t before = archive.left();
    for (std::uint64_t i = 0; i < count; ++i) read_one();
    archive.skip_padding(before, count);
}

// ---- arrays -------------------------------------------------------------------------------------

template <class Array>
void write_array(output_archive& archive, const Array& array) {
    if constexpr (is_plain<Array>)
        archive.write_fixed_block(&array, sizeof array);
    else
        write_elements(archive, array);
}
template <class Array>
void read_array(input_archive& archive, Array& array) {
    if constexpr (is_plain<Array>) {
        archive.read_fixed_block(&array, sizeof array);
        if (!bools_are_right(array)) {
            std::memset(static_cast<void*>(&array), 0, sizeof array);
            fail("a bool that is neither 0 nor 1");
        }
    } else {
        for (auto& element : array) read_value(archive, element);
    }
}

template <>
struct codec<kind::c_array> {
    template <class T, std::size_t N>
    static void write(output_archive& archive, const T (&array)[N]) {
        write_array(archive, array);
    }
    template <class T, std::size_t N>
    static void read(input_archive& archive, T (&array)[N]) {
        read_array(archive, array);
    }
};

template <>
struct codec<kind::array> {
    template <class T>
    static constexpr bool makes = std::tuple_size_v<T> != 0 && !made_first<typename T::value_type>;
    template <class T>
    static void write(output_archive& archive, const T& array) {
        write_array(archive, array);
    }
    template <class T>
    static void read(input_archive& archive, T& array) {
        read_array(archive, array);
    }
    template <class T>
    static T make(input_archive& archive) {
        return [&]<std::size_t... I>(std::index_sequence<I...>) {
            return T{{((void)I, make_value<typename T::value_type>(archive))...}};
        }
        (std::make_index_sequence<std::tuple_size_v<T>>());
    }
};

// ---- sequences ----------------------------------------------------------------------------------

template <class T>
concept contiguous = requires(T& container) {
    container.data();
};
template <class T>
concept reservable = requires(T& container) {
    container.reserve(std::size_t());
};

template <class T>
void reserve_room(input_archive& archive, T& container, std::uint64_t count) {
    if constexpr (reservable<T>) container.reserve(archive.room_for(count, sizeof(typename T::value_type)));
}

template <>
struct codec<kind::sequence> {
    template <class T>
    static constexpr bool as_block = contiguous<T>&& moves_as_block<typename T::value_type>;

    template <class T>
    static void write(output_archive& archive, const T& elements) {
        using element = typename T::value_type;
        if constexpr (as_block<T>)
            archive.write_block(elements.size(), elements.data(), elements.size() * sizeof(element));
        else
            write_counted(archive, elements, elements.size());
    }
    template <class T>
    static void read(input_archive& archive, T& elements) {
        if constexpr (as_block<T>)
            read_as_block(archive, elements);
        else
            read_one_by_one(archive, elements);
    }

private:
    template <class T>
    static void read_as_block(input_archive& archive, T& elements) {
        using element = typename T::value_type;
        const auto block = archive.begin_block(sizeof(element));
        if constexpr (requires { elements.reserve(block.count); }) {
            elements.clear();
            elements.reserve(block.count);
        }
        fill_from_block(archive, elements, block);
        try {
            check_bools(elements.data(), block.count);
        } catch (...) {
            elements.clear();
            throw;
        }
    }
    template <class T>
    static void fill_from_block(input_archive& archive, T& elements, const input_archive::block& block) {
        using element = typename T::value_type;
        constexpr bool copies = std::is_trivially_copyable_v<element> && std::is_copy_constructible_v<element> &&
                                std::is_copy_assignable_v<element>;
        if constexpr (copies && requires(const element* at) { elements.insert(elements.end(), at, at); }) {
            if (block.beside) return fill_from_beside(archive, elements, block);
        }
        elements.resize(block.count);
        archive.read_block(block, elements.data(), block.count * sizeof(element));
    }
    // Copied where it can be, so that nothing is written twice.
    template <class T>
    static void fill_from_beside(input_archive& archive, T& elements, const input_archive::block& block) {
        using element = typename T::value_type;
        const std::size_t size = block.count * sizeof(element);
        const block_filling filling(elements.data(), size, archive.next_block_grows());
        if (!archive.next_block_lies_in_place()) {
            elements.resize(block.count);
            return archive.read_block(block, elements.data(), size);
        }
        for (std::size_t done = 0; done < size;) {
            const auto part = archive.take_part_in_place(size, done, sizeof(element));
            const auto* const first = reinterpret_cast<const element*>(part.data());
            elements.insert(elements.end(), first, first + part.size() / sizeof(element));
            done += part.size();
        }
    }
    template <class T>
    static void read_one_by_one(input_archive& archive, T& elements) {
        using element = typename T::value_type;
        const std::uint64_t count = archive.read_size();
        elements.clear();
        reserve_room(archive, elements, count);
        read_counted(archive, count, [&] {
            if constexpr (made_first<element>)
                read_value(archive, elements.emplace_back());
            else
                elements.push_back(make_value<element>(archive));
        });
    }
};

template <>
struct codec<kind::forward_list> {
    template <class T>
    static void write(output_archive& archive, const T& elements) {
        std::size_t count = 0;
        for (auto at = elements.begin(); at != elements.end(); ++at) ++count;
        write_counted(archive, elements, count);
    }
    template <class T>
    static void read(input_archive& archive, T& elements) {
        elements.clear();
        auto last = elements.before_begin();
        read_counted(archive, archive.read_size(),
                     [&] { last = elements.insert_after(last, make_value<typename T::value_type>(archive)); });
    }
};

template <>
struct codec<kind::valarray> {
    template <class T>
    static constexpr bool as_block = moves_as_block<typename T::value_type>;
    template <class T>
    static void write(output_archive& archive, const T& elements) {
        using element = typename T::value_type;
        const std::size_t count = elements.size();
        const element* const first = count != 0 ? &elements[0] : nullptr;
        if constexpr (as_block<T>) return archive.write_block(count, first, count * sizeof(element));
        archive.write_size(count);
        const std::size_t begin = archive.size();
        for (std::size_t i = 0; i < count; ++i) write_value(archive, elements[i]);
        archive.pad_elements(begin, count);
    }
    template <class T>
    static void read(input_archive& archive, T& elements) {
        using element = typename T::value_type;
        if constexpr (as_block<T>) {
            const auto block = archive.begin_block(sizeof(element));
            elements.resize(block.count);
            if (block.count != 0) archive.read_block(block, &elements[0], block.count * sizeof(element));
            if (block.count != 0) check_bools(&elements[0], block.count);
        } else {
            read_one_by_one(archive, elements);
        }
    }

private:
    // A valarray cannot grow: its elements are gathered first.
    template <class T>
    static void read_one_by_one(input_archive& archive, T& elements) {
        const auto all = make_value<std::vector<typename T::value_type>>(archive);
        elements.resize(all.size());
        for (std::size_t i = 0; i < all.size(); ++i) elements[i] = all[i];
    }
};

// ---- sets, maps, adaptors -----------------------------------------------------------------------

template <>
struct codec<kind::set> {
    template <class T>
    static void write(output_archive& archive, const T& elements) {
        write_counted(archive, elements, elements.size());
    }
    template <class T>
    static void read(input_archive& archive, T& elements) {
        const std::uint64_t count = archive.read_size();
        elements.clear();
        reserve_room(archive, elements, count);
        read_counted(archive, count,
                     [&] { elements.emplace_hint(elements.end(), make_value<typename T::value_type>(archive)); });
    }
};

template <>
struct codec<kind::map> {
    template <class T>
    static void write(output_archive& archive, const T& elements) {
        archive.write_size(elements.size());
        const std::size_t begin = archive.size();
        for (const auto& [key, value] : elements) {
            write_value(archive, key);
            write_value(archive, value);
        }
        archive.pad_elements(begin, elements.size());
    }
    template <class T>
    static void read(input_archive& archive, T& elements) {
        const std::uint64_t count = archive.read_size();
        elements.clear();
        reserve_room(archive, elements, count);
        read_counted(archive, count, [&] { read_one(archive, elements); });
    }

private:
    template <class T>
    static void read_one(input_archive& archive, T& elements) {
        using value = typename T::mapped_type;
        auto key = make_value<typename T::key_type>(archive);
        if constexpr (std::is_move_constructible_v<value>) {
            elements.emplace_hint(elements.end(), std::move(key), make_value<value>(archive));
        } else {
            read_value(archive, elements.try_emplace(elements.end(), std::move(key))->second);
        }
    }
};

// The container inside of a stack, queue or priority_queue.
template <class Adaptor>
struct inside_of : Adaptor {
    static auto& container(Adaptor& adaptor) { return adaptor.*&inside_of::c; }
    static const auto& container(const Adaptor& adaptor) { return adaptor.*&inside_of::c; }
};

template <>
struct codec<kind::adaptor> {
    template <class T>
    static void write(output_archive& archive, const T& adaptor) {
        write_value(archive, inside_of<T>::container(adaptor));
    }
    template <class T>
    static void read(input_archive& archive, T& adaptor) {
        T fresh;  // by push, so that a priority queue is one whatever the bytes say
        for (auto elements = make_value<typename T::container_type>(archive); auto&& element : elements)
            fresh.push(std::forward<decltype(element)>(element));
        adaptor = std::move(fresh);
    }
};

}  // namespace brood::detail
