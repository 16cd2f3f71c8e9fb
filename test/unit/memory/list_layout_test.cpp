// SPDX-License-Identifier: MIT
#include "memory/list_layout.hpp"

#include <brood/error.hpp>

#include <cstring>
#include <doctest/doctest.h>
#include <limits>
#include <random>
#include <stdexcept>
#include <string_view>

using brood::detail::list_bytes;
using brood::detail::list_value;
using brood::detail::list_view;
using brood::detail::write_list;

namespace {

// What CPython (3.9.18 and 3.13.0 alike) makes of
// ShareableList([1, -2, 3.5, True, False, None, "two", "", b"\x00\xff", "12345678", "e with acute"])
constexpr const char* from_python =
    "0b0000000000000000000000000000000800000000000000100000000000000018000000000000002000000000000000280000000000000030"
    "00"
    "0000000000003800000000000000400000000000000048000000000000005800000000000000600000000000000001000000000000"
    "00feffffffffffffff0000000000000c4000000000000000010000000000000000000000000000000074776f000000000000000000"
    "0000000000ff00000000000031323334353637380000000000000000c3a9000000000000710000000000000071000000000000006400000000"
    "000000787878787878783f787878787878783f7878787878783f7838730000000000003873000000000000387300000000000031367300"
    "0000000038730000000000000000000000030101020101";

// The same after l[0] = "x"; l[1] = None; l[6] = 9; l[8] = b"1234567"; l[9] = 2.25
constexpr const char* changed_by_python =
    "0b0000000000000000000000000000000800000000000000100000000000000018000000000000002000000000000000280000000000000030"
    "00"
    "0000000000003800000000000000400000000000000048000000000000005800000000000000600000000000000078000000000000"
    "0000000000000000000000000000000c4000000000000000010000000000000000000000000000000009000000000000000000000000000000"
    "313233343536370000000000000002400000000000000000c3a900000000000038730000000000007878787878783f78640000000000000078"
    "7878787878783f787878787878783f7878787878783f7871000000000000003873000000000000387300000000000064000000000000003873"
    "0000"
    "000000000103000000030001020001";

std::vector<std::byte> unhex(std::string_view text) {
    std::vector<std::byte> all;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2)
        all.push_back(static_cast<std::byte>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16)));
    return all;
}

brood::bytes raw(std::string_view text) {
    const auto bytes_of = std::as_bytes(std::span(text));
    return {bytes_of.begin(), bytes_of.end()};
}

std::vector<list_value> example() {
    using namespace std::string_literals;
    return {std::int64_t{1},    std::int64_t{-2}, 3.5,        true, false, std::monostate{}, "two"s, ""s,
            raw({"\0\xff", 2}), "12345678"s,      "\xc3\xa9"s};
}

std::vector<std::byte> written(const std::vector<list_value>& values) {
    std::vector<std::byte> memory(list_bytes(values));
    write_list(memory, values);
    return memory;
}

std::vector<list_value> read_all(const list_view& list) {
    std::vector<list_value> all;
    for (std::size_t i = 0; i < list.size(); ++i) all.push_back(list.get(i));
    return all;
}

void store(std::vector<std::byte>& memory, std::size_t position, std::uint64_t number) {
    std::memcpy(memory.data() + position, &number, sizeof number);
}

bool refused(std::span<std::byte> memory) {
    try {
        list_view(memory).check();
    } catch (const brood::serialization_error&) {
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a list is written byte for byte as CPython does") { CHECK(written(example()) == unhex(from_python)); }

TEST_CASE("what CPython wrote is read") {
    auto memory = unhex(from_python);
    CHECK(read_all(list_view(memory)) == example());
}

TEST_CASE("values are set byte for byte as CPython does") {
    auto memory = unhex(from_python);
    const list_view list(memory);
    list.set(0, std::string("x"));
    list.set(1, std::monostate{});
    list.set(6, std::int64_t{9});
    list.set(8, raw("1234567"));
    list.set(9, 2.25);
    CHECK(memory == unhex(changed_by_python));
}

TEST_CASE("formats are told in the words of struct") {
    auto memory = written(example());
    const list_view list(memory);
    CHECK(list.format(0) == "q");
    CHECK(list.format(2) == "d");
    CHECK(list.format(3) == "xxxxxxx?");
    CHECK(list.format(5) == "xxxxxx?x");
    CHECK(list.format(7) == "8s");
    CHECK(list.format(9) == "16s");
}

TEST_CASE("extreme numbers and every length of text arrive") {
    std::vector<list_value> values = {std::numeric_limits<std::int64_t>::min(),
                                      std::numeric_limits<std::int64_t>::max(), std::numeric_limits<double>::infinity(),
                                      -0.0};
    for (std::size_t length = 0; length < 40; ++length) values.emplace_back(std::string(length, 'x'));
    auto memory = written(values);
    CHECK(read_all(list_view(memory)) == values);
}

TEST_CASE("an empty list has sixteen bytes") {
    auto memory = written({});
    CHECK(memory == std::vector<std::byte>(16));
    CHECK(list_view(memory).size() == 0);
}

TEST_CASE("text has room by its bytes, not its letters") {
    using namespace std::string_literals;
    const std::string letters = "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9";
    auto memory = written({letters});
    CHECK(list_view(memory).format(0) == "16s");
    CHECK(std::get<std::string>(list_view(memory).get(0)) == letters);
}

TEST_CASE("zero bytes at the end and inside are kept") {
    const std::string zeros("a\0b\0\0", 5);
    auto memory = written({zeros, raw({"\0", 1}), std::string("12345678")});
    const list_view list(memory);
    CHECK(std::get<std::string>(list.get(0)) == zeros);
    CHECK(std::get<brood::bytes>(list.get(1)) == raw({"\0", 1}));
    list.set(2, std::string("1234567\0", 8));
    CHECK(std::get<std::string>(list.get(2)).size() == 8);
    list.set(2, std::string("all of its room!"));
    CHECK(std::get<std::string>(list.get(2)) == "all of its room!");
}

TEST_CASE("what does not fit throws and changes nothing") {
    auto memory = written(example());
    const auto before = memory;
    const list_view list(memory);
    CHECK_THROWS_AS(list.set(6, std::string("ninebytes")), std::length_error);
    CHECK_THROWS_AS(list.set(0, raw("ninebytes")), std::length_error);
    CHECK_THROWS_AS(list.set(11, true), std::out_of_range);
    CHECK_THROWS_AS(static_cast<void>(list.get(11)), std::out_of_range);
    CHECK_THROWS_AS(static_cast<void>(list.format(11)), std::out_of_range);
    CHECK(memory == before);
    CHECK_THROWS_AS(static_cast<void>(list_bytes(std::vector<list_value>{std::string(9'999'992, 'x')})),
                    std::length_error);
    CHECK_THROWS_AS(static_cast<void>(list_bytes(std::vector<list_value>{std::string(1'000'000, '\0')})),
                    std::length_error);
}

TEST_CASE("the longest text is read again") {
    const std::string longest(9'999'991, 'x');
    auto memory = written({longest});
    CHECK(std::get<std::string>(list_view(memory).get(0)) == longest);
}

TEST_CASE("memory that is too short for what it says is refused") {
    const auto right = written(example());
    for (std::size_t size = 0; size < right.size(); ++size) {
        std::vector<std::byte> shorter(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK_MESSAGE(refused(shorter), size);
    }
}

TEST_CASE("heads that lie are refused") {
    for (const std::uint64_t lie :
         {std::uint64_t{12}, std::uint64_t{1} << 32, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
        auto memory = written(example());
        store(memory, 0, lie);
        CHECK(refused(memory));
    }
    for (std::size_t offset = 0; offset < 12; ++offset) {
        for (const std::uint64_t lie : {std::uint64_t{1} << 20, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
            auto memory = written(example());
            store(memory, 8 + 8 * offset, lie);
            CHECK_MESSAGE(refused(memory), offset);
        }
    }
}

TEST_CASE("formats and codes that are none are refused") {
    const auto with_format = [](std::string_view format) {
        auto memory = written({std::string("text")});
        std::memset(memory.data() + 32, 0, 8);
        std::memcpy(memory.data() + 32, format.data(), format.size());
        return memory;
    };
    for (const std::string_view format :
         {"", "s", "9s", "-1s", "q", "8x", "9999999s", "99999999", "8s8s", " s", "0x8s", "8s  "}) {
        auto memory = with_format(format);
        CHECK_MESSAGE(refused(memory), format);
    }
    auto memory = with_format("8s");
    CHECK_FALSE(refused(memory));
    for (const int code : {0, 3, 4, 255}) {
        memory.back() = static_cast<std::byte>(code);
        CHECK(refused(memory));
    }
}

TEST_CASE("random bytes are refused or read, and nothing else") {
    std::mt19937 random(7);
    for (int round = 0; round < 20'000; ++round) {
        auto memory = written(example());
        for (unsigned i = 0; i < 1 + random() % 8; ++i)
            memory[random() % memory.size()] = static_cast<std::byte>(random());
        try {
            const list_view list(memory);
            for (std::size_t i = 0; i < list.size(); ++i) {
                static_cast<void>(list.get(i));
                list.set(i, true);
            }
        } catch (const brood::serialization_error&) {
        }
    }
}
