// SPDX-License-Identifier: MIT
#include "pool/trace_event.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace brood::pools {
namespace {

template <class Number>
void append_number(std::string& into, Number value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    into.append(digits, end);
}

// Nanoseconds as microseconds. A clock that went backwards between two processors is no reason for a negative time.
void append_time(std::string& into, std::int64_t nanoseconds) {
    const auto whole = std::max<std::int64_t>(nanoseconds, 0);
    append_number(into, whole / 1000);
    const auto rest = static_cast<int>(whole % 1000);
    if (rest == 0) return;
    const char digits[] = {'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                           static_cast<char>('0' + rest % 10)};
    into.append(digits, sizeof digits);
}

// The length of the UTF-8 sequence that the text begins with, which is not ASCII; 0 when it is none.
std::size_t sequence_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const std::size_t length = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    const bool overlong = (byte(0) == 0xE0 && byte(1) < 0xA0) || (byte(0) == 0xF0 && byte(1) < 0x90);
    const bool surrogate = byte(0) == 0xED && byte(1) > 0x9F;
    const bool too_large = byte(0) == 0xF4 && byte(1) > 0x8F;
    return overlong || surrogate || too_large ? 0 : length;
}

void append_escape(std::string& into, unsigned char sign) {
    constexpr char digits[] = "0123456789abcdef";
    into += "\\u00";
    into += digits[sign >> 4U];
    into += digits[sign & 15U];
}

}  // namespace

void append_quoted(std::string& into, std::string_view text) {
    into += '"';
    while (!text.empty()) {
        const auto sign = static_cast<unsigned char>(text.front());
        std::size_t used = 1;
        if (sign == '"' || sign == '\\') {
            into += '\\';
            into += text.front();
        } else if (sign < 0x20 || sign == 0x7F) {
            append_escape(into, sign);
        } else if (sign < 0x80) {
            into += text.front();
        } else if ((used = sequence_length(text)) != 0) {
            into += text.substr(0, used);
        } else {
            into += '?';
            used = 1;
        }
        text.remove_prefix(used);
    }
    into += '"';
}

trace_event::trace_event(std::string& into, std::string_view name, char phase, process_id pid, std::uint64_t thread,
                         std::int64_t at)
    : into_(into) {
    into_ += ",\n{\"name\":";
    append_quoted(into_, name);
    into_ += ",\"ph\":\"";
    into_ += phase;
    into_ += "\",\"pid\":";
    append_number(into_, pid);
    into_ += ",\"tid\":";
    append_number(into_, thread);
    into_ += ",\"ts\":";
    append_time(into_, at);
}

trace_event::~trace_event() { into_ += has_arguments_ ? "}}" : "}"; }

trace_event& trace_event::lasts(std::int64_t nanoseconds) {
    into_ += ",\"dur\":";
    append_time(into_, nanoseconds);
    return *this;
}

trace_event& trace_event::of_process() {
    into_ += ",\"s\":\"p\"";
    return *this;
}

void trace_event::key(std::string_view name) {
    into_ += has_arguments_ ? "," : ",\"args\":{";
    has_arguments_ = true;
    append_quoted(into_, name);
    into_ += ':';
}

trace_event& trace_event::with(std::string_view name, std::string_view value) {
    key(name);
    append_quoted(into_, value);
    return *this;
}

trace_event& trace_event::with(std::string_view name, std::uint64_t value) {
    key(name);
    append_number(into_, value);
    return *this;
}

trace_event& trace_event::with_time(std::string_view name, std::int64_t nanoseconds) {
    key(name);
    append_time(into_, nanoseconds);
    return *this;
}

}  // namespace brood::pools
