// SPDX-License-Identifier: MIT
#include "check/words.hpp"

#include <charconv>

namespace tool::check {

std::string take_word(std::string_view& line) {
    const auto end = line.find(' ');
    const std::string word(line.substr(0, end));
    line.remove_prefix(end == line.npos ? line.size() : end + 1);
    return word;
}

std::uint64_t take_number(std::string_view& line, int base) {
    const std::string word = take_word(line);
    std::uint64_t value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value, base);
    return value;
}

std::string plain_text(std::string_view word) {
    std::string text;
    for (std::size_t i = 0; i < word.size(); ++i) {
        unsigned code = 0;
        const char* const digits = word.data() + i + 1;
        if (word[i] != '%') {
            text += word[i];
        } else if (i + 2 < word.size() && std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2) {
            text += static_cast<char>(code);
            i += 2;
        }
    }
    return text;
}

}  // namespace tool::check
