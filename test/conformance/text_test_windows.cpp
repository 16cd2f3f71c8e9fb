// SPDX-License-Identifier: MIT
#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <string>

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

namespace {

// getenv() would give the text in the code page of the system.
std::string variable_in_utf8() {
    std::wstring wide(::GetEnvironmentVariableW(L"BROOD_TEST_TEXT", nullptr, 0), L'\0');
    wide.resize(::GetEnvironmentVariableW(L"BROOD_TEST_TEXT", wide.data(), static_cast<DWORD>(wide.size())));
    std::string text(wide.size() * 3, '\0');
    text.resize(
        static_cast<std::size_t>(::WideCharToMultiByte(CP_UTF8, 0, wide.data(), static_cast<int>(wide.size()),
                                                       text.data(), static_cast<int>(text.size()), nullptr, nullptr)));
    return text;
}

std::string value_there(const std::string& value) {
    return brood::async({.env = {{"BROOD_TEST_TEXT", value}}}, variable_in_utf8).get();
}

}  // namespace

TEST_CASE("awkward and long text in the environment") {
    const std::string awkward = " =\"two words\" 'it''s' \\ %PATH% $HOME \xC3\xA9\xE6\xBC\xA2\xF0\x9F\x90\xA3 ";
    CHECK(value_there(awkward) == awkward);
    std::string text;
    for (int i = 0; text.size() < 30'000; ++i) text += std::to_string(i) + ' ';  // the system takes 32,767 units
    CHECK(value_there(text) == text);
}
