// SPDX-License-Identifier: MIT
#include <brood/brood.hpp>

#include <cstdlib>
#include <doctest/doctest.h>
#include <string>

namespace {

std::string value_there(const std::string& value) {
    return brood::async({.env = {{"BROOD_TEST_TEXT", value}}},
                        [] { return std::string(std::getenv("BROOD_TEST_TEXT")); })
        .get();
}

}  // namespace

TEST_CASE("awkward and long text in the environment") {
    const std::string awkward = " =\"two words\" 'it''s' \\ %PATH% $HOME \xC3\xA9\xE6\xBC\xA2\xF0\x9F\x90\xA3 ";
    CHECK(value_there(awkward) == awkward);
    const std::string bytes = "not UTF-8: \xFF\xFE\n\t";
    CHECK(value_there(bytes) == bytes);
    std::string text;
    for (int i = 0; text.size() < 100'000; ++i) text += std::to_string(i) + ' ';
    CHECK(value_there(text) == text);
}
