// SPDX-License-Identifier: MIT
#include "base/content_hash.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using brood::detail::content_hash;

namespace {

content_hash::digest hash_of(const std::string& text) {
    content_hash hash;
    hash.add(std::as_bytes(std::span(text)));
    return hash.result();
}

}  // namespace

TEST_CASE("equal bytes have equal hashes") { CHECK(hash_of("some code") == hash_of("some code")); }

TEST_CASE("each length and each changed bit of the bytes gives another hash") {
    std::set<content_hash::digest> seen;
    std::size_t tried = 0;
    for (std::size_t size = 0; size < 40; ++size, ++tried) seen.insert(hash_of(std::string(size, '\0')));
    for (std::size_t bit = 0; bit < 40 * 8; ++bit, ++tried) {
        std::string text(40, '\0');
        text[bit / 8] = static_cast<char>(1 << bit % 8);
        seen.insert(hash_of(text));
    }
    CHECK(seen.size() == tried);
}
