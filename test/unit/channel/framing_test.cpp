// SPDX-License-Identifier: MIT
#include "channel/framing.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <string_view>

using namespace brood::detail;
using namespace std::string_literals;

namespace {

std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string header_of(std::uint64_t size) { return text_of(frame_header(size).bytes()); }

// Gives the reader as much as it wants at once, `most` at a time; what is left when a message is complete.
std::string_view feed(frame_reader& reader, std::string_view stream, std::size_t most) {
    while (!stream.empty() && !reader.is_complete()) {
        const auto room = reader.room();
        const std::size_t n = std::min({room.size(), stream.size(), most});
        std::memcpy(room.data(), stream.data(), n);
        reader.filled(n);
        stream.remove_prefix(n);
    }
    return stream;
}

}  // namespace

TEST_CASE("a short message has a length of four bytes, the highest first") {
    CHECK(header_of(0) == "\0\0\0\0"s);
    CHECK(header_of(1) == "\0\0\0\1"s);
    CHECK(header_of(0x12345678) == "\x12\x34\x56\x78"s);
    CHECK(header_of(0x7fffffff) == "\x7f\xff\xff\xff"s);
}

TEST_CASE("a message of 2 GiB has -1 and a length of eight bytes") {
    CHECK(header_of(0x80000000) == "\xff\xff\xff\xff\0\0\0\0\x80\0\0\0"s);
    CHECK(header_of(0x0102030405060708) == "\xff\xff\xff\xff\1\2\3\4\5\6\7\x8"s);
}

TEST_CASE("messages come out of a stream whatever the pieces that it comes in") {
    const std::string stream = header_of(5) + "hello" + header_of(0) + header_of(3) + "you";
    for (std::size_t most = 1; most <= stream.size(); ++most) {
        frame_reader reader;
        std::string_view left = stream;
        for (const std::string_view expected : {"hello", "", "you"}) {
            left = feed(reader, left, most);
            REQUIRE(reader.is_complete());
            CHECK(reader.size() == expected.size());
            CHECK(text_of(reader.take()) == expected);
            CHECK_FALSE(reader.is_under_way());
        }
        CHECK(left.empty());
    }
}

TEST_CASE("a length of eight bytes is understood for a short message too") {
    frame_reader reader;
    feed(reader, "\xff\xff\xff\xff\0\0\0\0\0\0\0\3abc"s, 4);
    REQUIRE(reader.is_complete());
    CHECK(text_of(reader.take()) == "abc");
}

TEST_CASE("an announced length takes no memory before the bytes come") {
    frame_reader reader;
    feed(reader, header_of(std::uint64_t{1} << 40), 12);
    CHECK(reader.size() == std::uint64_t{1} << 40);
    CHECK(reader.room().size() <= 32u << 20);
}

TEST_CASE("a negative length and an impossible one are no messages") {
    for (const auto& bad : {"\xff\xff\xff\xfe"s, "\x80\0\0\0"s, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s,
                            "\xff\xff\xff\xff\x80\0\0\0\0\0\0\0"s}) {
        frame_reader reader;
        CHECK_THROWS_AS(feed(reader, bad, 12), brood::error);
    }
}

TEST_CASE("a reader says whether a message is under way") {
    frame_reader reader;
    CHECK_FALSE(reader.is_under_way());
    feed(reader, "\0"s, 1);
    CHECK(reader.is_under_way());
    CHECK_FALSE(reader.size().has_value());
}
