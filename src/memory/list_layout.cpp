// SPDX-License-Identifier: MIT
#include "memory/list_layout.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace brood::detail {
namespace {

constexpr std::size_t word = 8;
constexpr std::size_t most_in_format = 9'999'999;    // "9999999s" are 8 characters
constexpr std::size_t most_in_text = 9'999'991;      // has room for 9,999,992
constexpr std::size_t most_in_exact_text = 999'999;  // "999999s "
constexpr const char* number_format = "q";
constexpr const char* real_format = "d";
constexpr const char* bool_format = "xxxxxxx?";  // the value in the last of 8 bytes
constexpr const char* none_format = "xxxxxx?x";

enum class code : std::uint8_t { plain = 0, text = 1, bytes = 2, none = 3 };

std::span<const std::byte> text_of(const list_value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return std::as_bytes(std::span(*text));
    if (const auto* raw = std::get_if<bytes>(&value)) return *raw;
    return {};
}

bool is_text(const list_value& value) {
    return std::holds_alternative<std::string>(value) || std::holds_alternative<bytes>(value);
}

bool ends_in_zero(std::span<const std::byte> text) { return !text.empty() && text.back() == std::byte{0}; }

void check_length(std::span<const std::byte> text) {
    if (text.size() > (ends_in_zero(text) ? most_in_exact_text : most_in_text))
        throw std::length_error(
            "a text of " + std::to_string(text.size()) +
            " bytes is too long for a shareable list (9,999,991, or 999,999 that end in zero bytes)");
}

// Bytes rather than characters, so that text of every alphabet has room for itself.
std::size_t room_for(const list_value& value) {
    if (!is_text(value)) return word;
    const auto text = text_of(value);
    check_length(text);
    return word * (text.size() / word + 1);
}

std::string format_for(const list_value& value, std::size_t room) {
    switch (value.index()) {
        case 0: return none_format;
        case 1: return bool_format;
        case 2: return number_format;
        case 3: return real_format;
        default: break;
    }
    const auto text = text_of(value);
    return ends_in_zero(text) ? std::to_string(text.size()) + "s "
                              : std::to_string(std::min(room, most_in_format)) + "s";
}

code code_for(const list_value& value) {
    if (std::holds_alternative<std::monostate>(value)) return code::none;
    if (std::holds_alternative<std::string>(value)) return code::text;
    return std::holds_alternative<bytes>(value) ? code::bytes : code::plain;
}

template <class T>
void put(std::span<std::byte> into, T value) {
    std::memcpy(into.data(), &value, sizeof value);
}

// `room` is as large as what format_for() says, at least.
void write_value(std::span<std::byte> room, const list_value& value) {
    if (is_text(value)) {
        const auto text = text_of(value);
        std::copy(text.begin(), text.end(), room.begin());
        std::fill(room.begin() + static_cast<std::ptrdiff_t>(text.size()), room.end(), std::byte{0});
        return;
    }
    std::fill_n(room.begin(), word, std::byte{0});
    if (const auto* truth = std::get_if<bool>(&value)) room[word - 1] = std::byte{*truth};
    if (const auto* number = std::get_if<std::int64_t>(&value)) put(room, *number);
    if (const auto* real = std::get_if<double>(&value)) put(room, *real);
}

void write_format(std::span<std::byte> into, const std::string& format) {
    std::fill(into.begin(), into.end(), std::byte{0});
    std::memcpy(into.data(), format.data(), std::min(format.size(), into.size()));
}

[[noreturn]] void refuse(const std::string& why) {
    throw serialization_error("this memory holds no shareable list: " + why);
}

[[noreturn]] void refuse_item(std::size_t index, const char* why) {
    refuse("value " + std::to_string(index) + " " + why);
}

// The number of bytes of a text format: "16s" or "5s "; `exact` for the second form.
std::optional<std::size_t> text_length(std::string_view format, bool& exact) {
    exact = format.ends_with(' ');
    if (exact) format.remove_suffix(1);
    if (format.size() < 2 || format.back() != 's') return std::nullopt;
    format.remove_suffix(1);
    std::size_t length = 0;
    const auto [end, error] = std::from_chars(format.data(), format.data() + format.size(), length);
    if (error != std::errc{} || end != format.data() + format.size()) return std::nullopt;
    return length;
}

std::span<const std::byte> without_zeros(std::span<const std::byte> text) {
    while (ends_in_zero(text)) text = text.first(text.size() - 1);
    return text;
}

}  // namespace

std::size_t list_bytes(std::span<const list_value> values) {
    std::size_t total = (values.size() + 2) * word;
    for (const auto& value : values) total += room_for(value) + word + 1;
    return total;
}

void write_list(std::span<std::byte> into, std::span<const list_value> values) {
    put(into, static_cast<std::uint64_t>(values.size()));
    std::size_t offset = 0;
    const auto data = into.subspan((values.size() + 2) * word);
    for (std::size_t i = 0; i < values.size(); ++i) {
        put(into.subspan((i + 1) * word), static_cast<std::uint64_t>(offset));
        const std::size_t room = room_for(values[i]);
        write_value(data.subspan(offset, room), values[i]);
        offset += room;
    }
    put(into.subspan((values.size() + 1) * word), static_cast<std::uint64_t>(offset));
    for (std::size_t i = 0; i < values.size(); ++i) {
        write_format(data.subspan(offset + i * word, word), format_for(values[i], room_for(values[i])));
        data[offset + values.size() * word + i] = static_cast<std::byte>(code_for(values[i]));
    }
}

// ---- reading what others may have written ----

// One value as its place, format and code say; each was read once.
struct list_view::item {
    std::span<std::byte> room;
    std::string format;
    std::optional<std::size_t> length;  // of a text
    bool exact = false;
    brood::detail::code code{};
};

list_view::list_view(std::span<std::byte> memory) : memory_(memory) {
    if (memory.size() < 2 * word) refuse("it is too short");
    const std::uint64_t count = number_at(0);
    if (count > (memory.size() - 2 * word) / (2 * word + 1)) refuse("it is too short for the number of values");
    count_ = static_cast<std::size_t>(count);
    const std::uint64_t size = number_at(count_ + 1);
    if (size > memory.size() - (count_ + 2) * word - count_ * (word + 1)) refuse("it is too short for the values");
    data_size_ = static_cast<std::size_t>(size);
    if (number_at(1) != 0) refuse("the first value does not begin where values begin (Python 3.8 has another form)");
}

void list_view::check() const {
    for (std::size_t i = 0; i < count_; ++i) static_cast<void>(look_at(i));
}

std::uint64_t list_view::number_at(std::size_t position) const noexcept {
    std::uint64_t number = 0;
    std::memcpy(&number, memory_.data() + position * word, sizeof number);
    return number;
}

std::span<std::byte> list_view::format_bytes(std::size_t index) const noexcept {
    return memory_.subspan((count_ + 2) * word + data_size_ + index * word, word);
}

std::byte& list_view::code_byte(std::size_t index) const noexcept {
    return memory_[(count_ + 2) * word + data_size_ + count_ * word + index];
}

list_view::item list_view::look_at(std::size_t index) const {
    if (index >= count_) throw std::out_of_range("there is no value " + std::to_string(index) + " in this list");
    const std::uint64_t begin = number_at(index + 1), end = number_at(index + 2);
    if (begin > end || end > data_size_ || end - begin < word) refuse_item(index, "is not inside");
    item found;
    found.room =
        memory_.subspan((count_ + 2) * word + static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    const auto text = format_bytes(index);
    found.format.assign(reinterpret_cast<const char*>(text.data()), text.size());
    found.format.erase(found.format.find_last_not_of('\0') + 1);
    found.code = static_cast<detail::code>(code_byte(index));
    found.length = text_length(found.format, found.exact);
    if (found.length && *found.length > found.room.size()) refuse_item(index, "is longer than its room");
    const bool is_plain = found.format == number_format || found.format == real_format || found.format == bool_format;
    const bool fits = found.length ? found.code == code::text || found.code == code::bytes
                      : is_plain   ? found.code == code::plain
                                   : found.code == code::none && found.format == none_format;
    if (!fits) refuse_item(index, "has no known form");
    return found;
}

std::string list_view::format(std::size_t index) const {
    const auto found = look_at(index);
    return found.exact ? found.format.substr(0, found.format.size() - 1) : found.format;
}

list_value list_view::get(std::size_t index) const {
    const auto found = look_at(index);
    if (found.code == code::none) return std::monostate{};
    if (found.length) {
        // Copied first: the zero bytes at its end must not change between looking and copying.
        bytes copy(found.room.begin(), found.room.begin() + static_cast<std::ptrdiff_t>(*found.length));
        const auto text = found.exact ? std::span<const std::byte>(copy) : without_zeros(copy);
        if (found.code == code::text) return std::string(reinterpret_cast<const char*>(text.data()), text.size());
        copy.resize(text.size());
        return copy;
    }
    if (found.format == bool_format) return found.room[word - 1] != std::byte{0};
    if (found.format == real_format) {
        double real = 0;
        std::memcpy(&real, found.room.data(), sizeof real);
        return real;
    }
    std::int64_t number = 0;
    std::memcpy(&number, found.room.data(), sizeof number);
    return number;
}

void list_view::set(std::size_t index, const list_value& value) const {
    const auto found = look_at(index);
    const auto text = text_of(value);
    if (is_text(value)) check_length(text);
    if (text.size() > found.room.size())
        throw std::length_error("value " + std::to_string(index) + " has room for " +
                                std::to_string(found.room.size()) + " bytes, not for " + std::to_string(text.size()));
    const auto format = format_for(value, found.room.size());
    write_value(found.room, value);
    write_format(format_bytes(index), format);
    code_byte(index) = static_cast<std::byte>(code_for(value));
}

}  // namespace brood::detail
