// SPDX-License-Identifier: MIT
#include "codec/stack.hpp"
#include "codec/function.hpp"
#include "platform/platform.hpp"
#include "sanitizer.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace brood;
using namespace brood::detail;
using brood_test::throws_are_seen;

namespace {

int known_function(int value) { return value; }

std::uintptr_t known_place() { return reinterpret_cast<std::uintptr_t>(&known_function); }

std::atomic<int> after{0};
[[gnu::noinline]] void thrower() {
    after = 1;
    throw std::out_of_range("thrown by a test");
}

struct throws_in_destructor {
    ~throws_in_destructor() {
        try {
            throw std::runtime_error("thrown and caught on the way");
        } catch (const std::exception&) {
        }
    }
};

bool names(const stack_trace& stack, std::string_view function) {
    for (const auto& frame : stack) {
        if (frame.function.find(function) != std::string::npos) return true;
    }
    return false;
}

// A stack is a text of records; these are those of a module named "id" and of a place in module `number`.
std::string module_record() { return std::string("\x01\x00\x02\x00\x00\x00id\x01\x00\x00\x00/", 13); }
std::string place_record(char number) {
    return std::string("\x02", 1) + number + std::string("\x00\x08\0\0\0\0\0\0\0", 9);
}

}  // namespace

TEST_CASE("a stack is described the same here and after its way through bytes") {
    const std::array places{known_place(), known_place() + 1};
    const auto here = describe(places);
    CHECK(names(here, "known_function"));
    CHECK(decode_stack(encode_stack(places)) == here);
}

TEST_CASE("an empty stack is no bytes") {
    CHECK(encode_stack(std::span<const std::uintptr_t>()).empty());
    CHECK(encode_stack(stack_trace()).empty());
    CHECK(decode_stack("").empty());
}

TEST_CASE("a place in no module keeps its address") {
    const std::uintptr_t nowhere = 16;
    const auto stack = decode_stack(encode_stack({&nowhere, 1}));
    REQUIRE(stack.size() == 1);
    CHECK(stack[0] == stack_frame{"", "", 0, "", 16});
}

TEST_CASE("a stack in words stays what it is") {
    const stack_trace words{{"f(int)", "f.cpp", 7, "prog", 12}, {"", "", 0, "lib", 1}};
    CHECK(decode_stack(encode_stack(words)) == words);
}

TEST_CASE("a place in a module that is not loaded here keeps the module's path and the offset") {
    const auto stack = decode_stack(module_record() + place_record('\0'));
    REQUIRE(stack.size() == 1);
    CHECK(stack[0] == stack_frame{"", "", 0, "/", 8});
}

TEST_CASE("a stack is written into a buffer as far as there is room") {
    const std::array places{known_place(), known_place() + 1, known_place() + 2};
    const auto whole = encode_stack(places);
    std::string buffer(whole.size() + 10, '\0');
    const auto into = std::as_writable_bytes(std::span(buffer));
    const auto used = encode_stack(places, into);
    CHECK(buffer.substr(0, used) == whole);
    for (std::size_t room = 0; room < whole.size(); ++room) {
        const auto written = encode_stack(places, into.first(room));
        CHECK(written <= room);
        CHECK(decode_stack(buffer.substr(0, written)).size() < decode_stack(whole).size());
    }
}

TEST_CASE("no more than the greatest depth is sent") {
    const std::vector<std::uintptr_t> deep(max_stack_depth + 10, 16);
    CHECK(decode_stack(encode_stack(deep)).size() == max_stack_depth);
}

TEST_CASE("bytes that are no stack are refused") {
    const std::array places{known_place()};
    const auto whole = encode_stack(places);
    std::size_t refused = 0;
    for (std::size_t size = 1; size < whole.size(); ++size) {
        try {
            check_stack(whole.substr(0, size));
        } catch (const serialization_error&) {
            ++refused;
        }
    }
    CHECK(refused >= whole.size() - 3);  // a stack may end where a record does
    CHECK_THROWS_AS(check_stack("\x05"), serialization_error);
    CHECK_THROWS_AS(check_stack(place_record('\0')), serialization_error);
    CHECK_THROWS_AS(check_stack(module_record() + place_record('\1')), serialization_error);
    std::string endless = module_record();
    for (int i = 0; i < 5000; ++i) endless += place_record('\0');
    CHECK_THROWS_AS(check_stack(endless), serialization_error);
}

TEST_CASE("where an exception was thrown is known until others follow" * doctest::skip(!throws_are_seen)) {
    record_throws();
    try {
        const throws_in_destructor on_the_way;
        thrower();
    } catch (const std::exception&) {
        const auto stack = describe(thrown_stack(std::current_exception()));
        REQUIRE_FALSE(stack.empty());
        CHECK(stack[0].function.find("thrower") != std::string::npos);
    }
}

TEST_CASE("where an exception was thrown is known on other threads as well" * doctest::skip(!throws_are_seen)) {
    record_throws();
    std::exception_ptr elsewhere;
    std::thread([&] {
        try {
            thrower();
        } catch (const std::exception&) {
            elsewhere = std::current_exception();
        }
    }).join();
    const auto stack = describe(thrown_stack(elsewhere));
    REQUIRE_FALSE(stack.empty());
    CHECK(stack[0].function.find("thrower") != std::string::npos);
    CHECK(thrown_stack(nullptr).empty());
}

TEST_CASE("the newest of many throws is known, while several threads throw" * doctest::skip(!throws_are_seen)) {
    record_throws();
    std::atomic<int> known{0};
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (int n = 0; n < 300; ++n) {
                    try {
                        thrower();
                    } catch (const std::exception&) {
                        known += thrown_stack(std::current_exception()).empty() ? 0 : 1;
                    }
                }
            });
        }
    }
    CHECK(known > 0);
    try {
        thrower();
    } catch (const std::exception&) {
        CHECK(names(describe(thrown_stack(std::current_exception())), "thrower"));
    }
}
