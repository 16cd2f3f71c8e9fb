// SPDX-License-Identifier: MIT
// Pages that stand alone: one file, no script, nothing from elsewhere.
#pragma once

#include <string>

namespace tool {

// The text with what HTML would read as markup made harmless.
std::string escaped(const std::string& text);
// A whole page around `body`, which is HTML.
std::string page(const std::string& title, const std::string& body);

}  // namespace tool
