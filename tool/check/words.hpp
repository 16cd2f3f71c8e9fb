// SPDX-License-Identifier: MIT
// The lines that a program under `brood check` writes: words with blanks between them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tool::check {

// Takes the text up to the next blank off the front.
std::string take_word(std::string_view& line);
// The same as a number of that base; 0 when it is none.
std::uint64_t take_number(std::string_view& line, int base = 10);
// A word as it was before %20 stood for its blanks.
std::string plain_text(std::string_view word);

}  // namespace tool::check
