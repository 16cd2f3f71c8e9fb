// SPDX-License-Identifier: MIT
// Numbers, enumerations, text, time, and the other small standard types.
#pragma once

#include <brood/detail/plain.hpp>

#include <cstring>
#include <exception>
#include <system_error>

namespace brood::detail {

template <>
struct codec<kind::number> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        if constexpr (has_padding<T>) {
            std::byte bytes[sizeof(T)]{};
            std::memcpy(bytes, &value, 10);
            archive.write(bytes, sizeof bytes);
        } else {
            archive.write(&value, sizeof value);
        }
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        archive.read(&value, sizeof value);
    }
};

template <>
struct codec<kind::boolean> {
    static void write(output_archive& archive, const bool& value) { archive.write_byte(value ? 1 : 0); }
    static void read(input_archive& archive, bool& value) { value = archive.read_flag(); }
};

template <>
struct codec<kind::enumeration> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        write_value(archive, static_cast<std::underlying_type_t<T>>(value));
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        value = static_cast<T>(make_value<std::underlying_type_t<T>>(archive));
    }
};

template <>
struct codec<kind::nothing> {
    template <class T>
    static constexpr bool makes = !std::is_default_constructible_v<T>;
    template <class T>
    static void write(output_archive&, const T&) {}
    template <class T>
    static void read(input_archive&, T&) {}
    template <class T>
    static T make(input_archive&) {
        return __builtin_bit_cast(T, std::byte());
    }
};

template <>
struct codec<kind::plain_bytes> : codec<kind::number> {};

template <>
struct codec<kind::string> {
    template <class T>
    static void write(output_archive& archive, const T& text) {
        archive.write_block(text.size(), text.data(), text.size() * sizeof(typename T::value_type));
    }
    template <class T>
    static void read(input_archive& archive, T& text) {
        const auto block = archive.begin_block(sizeof(typename T::value_type));
        text.resize(block.count);
        archive.read_block(block, text.data(), block.count * sizeof(typename T::value_type));
    }
};

// The bytes of the path where the system's paths are bytes, so that any name survives; else UTF-8 with slashes.
template <>
struct codec<kind::path> {
    template <class T>
    static constexpr bool native_bytes = sizeof(typename T::value_type) == 1;
    template <class T>
    static void write(output_archive& archive, const T& path) {
        if constexpr (native_bytes<T>)
            write_text(archive, path.native());
        else
            write_text(archive, path.generic_u8string());
    }
    template <class T>
    static void read(input_archive& archive, T& path) {
        if constexpr (native_bytes<T>)
            path = make_value<typename T::string_type>(archive);
        else
            path = make_value<std::u8string>(archive);
    }

private:
    template <class Text>
    static void write_text(output_archive& archive, const Text& text) {
        archive.write_size(text.size());
        archive.write(text.data(), text.size());
    }
};

template <>
struct codec<kind::complex> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        write_value(archive, value.real());
        write_value(archive, value.imag());
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        value.real(make_value<typename T::value_type>(archive));
        value.imag(make_value<typename T::value_type>(archive));
    }
};

template <>
struct codec<kind::duration> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        write_value(archive, value.count());
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        value = T(make_value<typename T::rep>(archive));
    }
};

template <>
struct codec<kind::time_point> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        write_value(archive, value.time_since_epoch());
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        value = T(make_value<typename T::duration>(archive));
    }
};

template <>
struct codec<kind::atomic> {
    template <class T>
    static void write(output_archive& archive, const T& value) {
        write_value(archive, static_cast<typename T::value_type>(value.load()));
    }
    template <class T>
    static void read(input_archive& archive, T& value) {
        value.store(make_value<typename T::value_type>(archive));
    }
};

// Eight to a byte, the first in the lowest bit.
template <class Bits>
void write_bits(output_archive& archive, const Bits& bits, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8) {
        unsigned byte = 0;
        for (std::size_t j = i; j < count && j < i + 8; ++j) byte |= (bits[j] ? 1U : 0U) << (j - i);
        archive.write_byte(static_cast<std::uint8_t>(byte));
    }
}
template <class Bits>
void read_bits(input_archive& archive, Bits& bits, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8) {
        const unsigned byte = archive.read_number<std::uint8_t>();
        for (std::size_t j = i; j < count && j < i + 8; ++j) bits[j] = (byte >> (j - i) & 1U) != 0;
    }
}

template <>
struct codec<kind::bitset> {
    template <class T>
    static void write(output_archive& archive, const T& bits) {
        write_bits(archive, bits, bits.size());
    }
    template <class T>
    static void read(input_archive& archive, T& bits) {
        read_bits(archive, bits, bits.size());
    }
};

template <>
struct codec<kind::bits_vector> {
    template <class T>
    static void write(output_archive& archive, const T& bits) {
        archive.write_size(bits.size());
        write_bits(archive, bits, bits.size());
    }
    template <class T>
    static void read(input_archive& archive, T& bits) {
        const auto count = archive.read_number<std::uint64_t>();
        if (count / 8 > archive.left()) fail_count(count, archive.left());
        bits.assign(static_cast<std::size_t>(count), false);
        read_bits(archive, bits, bits.size());
    }
};

// Errors of the standard categories, by the category's name.
BROOD_API void write_error_code(output_archive& archive, const std::error_code& code);
BROOD_API std::error_code read_error_code(input_archive& archive);

template <>
struct codec<kind::error_code> {
    static void write(output_archive& archive, const std::error_code& code) { write_error_code(archive, code); }
    static void read(input_archive& archive, std::error_code& code) { code = read_error_code(archive); }
};

}  // namespace brood::detail
