// SPDX-License-Identifier: MIT
// UTF-8 and UTF-16. Written here because the system's functions replace a lone surrogate, which a file name or a
// variable of the environment may well hold, and then name another file.
#include "platform/windows/win32.hpp"

namespace brood::platform::windows {

namespace {

bool is_high_surrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

[[noreturn]] void not_utf8() { throw_error(ERROR_NO_UNICODE_TRANSLATION, "text is not valid UTF-8"); }

// How many bytes follow the first byte of a sequence, and what the first contributes.
struct sequence {
    int following;
    char32_t bits;
    char32_t smallest;
};

sequence begin_sequence(unsigned char lead) {
    if (lead < 0x80) return {0, lead, 0};
    if (lead >= 0xC2 && lead < 0xE0) return {1, lead & 0x1Fu, 0x80};
    if (lead >= 0xE0 && lead < 0xF0) return {2, lead & 0x0Fu, 0x800};
    if (lead >= 0xF0 && lead < 0xF5) return {3, lead & 0x07u, 0x10000};
    not_utf8();
}

char32_t decode_next(std::string_view text, std::size_t& at) {
    auto [following, point, smallest] = begin_sequence(static_cast<unsigned char>(text[at++]));
    for (; following > 0; --following) {
        if (at == text.size() || (text[at] & 0xC0) != 0x80) not_utf8();
        point = (point << 6) | (text[at++] & 0x3Fu);
    }
    if (point < smallest || point > 0x10FFFF) not_utf8();
    return point;
}

void append_utf16(std::wstring& out, char32_t point) {
    if (point < 0x10000) {
        out += static_cast<wchar_t>(point);
        return;
    }
    out += static_cast<wchar_t>(0xD800 + ((point - 0x10000) >> 10));
    out += static_cast<wchar_t>(0xDC00 + ((point - 0x10000) & 0x3FF));
}

void append_utf8(std::string& out, char32_t point) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | (point >> 6));
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | (point >> 12));
        tail(6), tail(0);
    } else {
        out += static_cast<char>(0xF0 | (point >> 18));
        tail(12), tail(6), tail(0);
    }
}

// Paths of this length and more may be refused: a directory must leave room for a short file name below 260.
constexpr std::size_t longest_plain_path = 247;

std::wstring full_path(const std::wstring& path) {
    std::wstring full(GetFullPathNameW(path.c_str(), 0, nullptr, nullptr), L'\0');
    const DWORD length = GetFullPathNameW(path.c_str(), static_cast<DWORD>(full.size()), full.data(), nullptr);
    if (length == 0 || length >= full.size()) throw_last_error("GetFullPathNameW");
    full.resize(length);
    return full;
}

}  // namespace

std::wstring widen(std::string_view text) {
    if (text.find('\0') != text.npos) throw_error(ERROR_INVALID_NAME, "text holds a zero character");
    std::wstring out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) append_utf16(out, decode_next(text, at));
    return out;
}

std::string narrow(std::wstring_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char32_t point = text[at];
        if (is_high_surrogate(point) && at + 1 < text.size() && is_low_surrogate(text[at + 1]))
            point = 0x10000 + ((point - 0xD800) << 10) + (text[++at] - 0xDC00u);
        append_utf8(out, point);
    }
    return out;
}

std::wstring native_path(std::string_view path) {
    const std::wstring plain = widen(path);
    if (plain.size() < longest_plain_path || plain.starts_with(L"\\\\?\\") || plain.starts_with(L"\\\\.\\"))
        return plain;
    const std::wstring full = full_path(plain);
    return full.starts_with(L"\\\\") ? L"\\\\?\\UNC" + full.substr(1) : L"\\\\?\\" + full;
}

}  // namespace brood::platform::windows
