// SPDX-License-Identifier: MIT
// Text of every kind and length survives the way into a child.
#include "folder.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <stdexcept>
#include <utility>

using namespace brood_test;

namespace {

// Blanks, quotes, backslashes, percent and other alphabets, at the start and at the end, too.
constexpr const char* awkward =
    " \"two words\" 'it''s' \\\\back\\slash\\\" %PATH% $HOME ^& \xC3\xA9\xE6\xBC\xA2\xF0\x9F\x90\xA3 \\";

// 100,000 bytes, no two parts of them alike.
std::string long_text() {
    std::string text;
    for (int i = 0; text.size() < 100'000; ++i) text += std::to_string(i) + " \"\xC3\xA9\" ";
    text.resize(100'000 - 1);
    while ((text.back() & 0x80) != 0) text.pop_back();
    return text + "." + std::string(100'000 - text.size() - 1, '.');
}

}  // namespace

TEST_CASE("awkward and long text as an argument, a result and in an exception") {
    const std::string text = long_text();
    CHECK(text.size() == 100'000);
    auto back = brood::async([](const std::string& a, const std::string& b) { return std::pair(a, b); }, awkward, text);
    CHECK(back.get() == std::pair(std::string(awkward), text));
    const std::filesystem::path path = from_utf8(awkward) / from_utf8(text);
    auto same_path = brood::async([](const std::filesystem::path& given) { return given; }, path);
    CHECK(same_path.get() == path);
    auto thrown = brood::async([](const std::string& what) { throw std::runtime_error(what); }, text);
    CHECK_THROWS_WITH_AS(thrown.get(), text.c_str(), std::runtime_error);
}

TEST_CASE("awkward text in the name of a process") {
    auto name = brood::async({.name = awkward}, [] { return brood::current_process().name(); });
    CHECK(name.get() == awkward);
}

TEST_CASE("awkward text in a path of a redirected stream and of a working directory") {
    const temporary_folder folder;
    const auto place = folder / "it's \xC3\xA9\xE6\xBC\xA2 100% $HOME & more";
    std::filesystem::create_directories(place);
    brood::spawn({.cwd = place, .stdout_to = place / "out"}, [] {
        write_text("by relative path", "x");
        std::puts("y");
    }).join();
    CHECK(read_text(place / "by relative path") == "x");
    CHECK(read_text(place / "out") == "y\n");
}
