// SPDX-License-Identifier: MIT
// What goes wrong while a value is written or read: one typed error that says where, with the cause inside.
#include "round_trip.hpp"

#include <cereal/cereal.hpp>
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using test::error_of;

namespace shop {

struct price {
    int cents = 0;
    template <class A>
    void save(A& archive) const {
        if (cents < 0) throw std::domain_error("a negative price");
        archive(cents);
    }
    template <class A>
    void load(A& archive) {
        archive(cents);
        if (cents == 13) throw 13;
    }
};
}  // namespace shop

namespace {

struct line {
    std::string text;
    shop::price price;
};
struct order {
    int id = 0;
    std::map<std::string, std::vector<line>> lines;
};
struct named {
    shop::price first, second;
    template <class A>
    void serialize(A& archive) {
        archive(CEREAL_NVP(first), CEREAL_NVP(second));
    }
};
struct tolerant {
    shop::price inner;
    template <class A>
    void save(A& archive) const {
        try {
            archive(inner);
        } catch (const std::domain_error&) {
        }
    }
    template <class A>
    void load(A&) {}
};
struct after_tolerant {
    tolerant first;
    shop::price second;
};
struct deep {
    std::unique_ptr<deep> next;
    shop::price price;
};

order order_with(int cents) { return {1, {{"a", {{"x", {1}}, {"y", {cents}}}}}}; }

template <class F>
std::string cause_of(F&& action) {
    try {
        action();
    } catch (const brood::serialization_error& error) {
        try {
            std::rethrow_if_nested(error);
        } catch (const std::exception& cause) {
            return cause.what();
        } catch (int number) {
            return std::to_string(number);
        }
        return "nothing nested";
    }
    return "nothing thrown";
}

}  // namespace

TEST_CASE("what user code throws while saving names the member and nests the cause") {
    const auto error = error_of([] { test::bytes_of(order_with(-1)); });
    CHECK(error.path().find("order::lines > ") != std::string::npos);
    CHECK(error.path().find("line::price > ") != std::string::npos);
    CHECK(error.path().ends_with("shop::price"));
    CHECK(error.reason() == "saving threw: a negative price");
    CHECK(cause_of([] { test::bytes_of(order_with(-1)); }) == "a negative price");
    CHECK(std::string(error.what()).find("order::lines") != std::string::npos);
}

TEST_CASE("what user code throws while loading does so too, whatever its type") {
    const auto error = error_of([] { test::round_trip(order_with(13)); });
    CHECK(error.path().find("line::price") != std::string::npos);
    CHECK(cause_of([] { test::round_trip(order_with(13)); }) == "13");
}

TEST_CASE("a message that ends early names the member that is missing") {
    const auto bytes = test::bytes_of(order_with(1));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const auto error = error_of([&] { test::from_bytes<order>(std::span(bytes).first(size)); });
        CHECK(error.path().find("order::") != std::string::npos);
    }
    const auto error = error_of([&] { test::from_bytes<order>(std::span(bytes).first(2)); });
    CHECK(error.reason() == "the message ends early: 4 bytes wanted, 2 left");
    CHECK(error.path().ends_with("order::id"));
    CHECK(cause_of([&] { test::from_bytes<order>(std::span(bytes).first(2)); }) == "nothing nested");
}

TEST_CASE("names that a serialize gives are part of the path") {
    const auto error = error_of([] { test::bytes_of(named{{1}, {-1}}); });
    CHECK(error.path().find("named::second > ") != std::string::npos);
}

TEST_CASE("an error that user code swallowed does not show up later") {
    CHECK(test::bytes_of(after_tolerant{{{-1}}, {5}}).size() == sizeof(int));
    const auto error = error_of([] { test::bytes_of(after_tolerant{{{-1}}, {-2}}); });
    CHECK(error.path().find("tolerant::first") == std::string::npos);
    CHECK(error.path().find("after_tolerant::second > ") != std::string::npos);
}

TEST_CASE("long paths keep their ends") {
    auto head = std::make_unique<deep>();
    head->price.cents = -1;
    for (int i = 0; i < 100; ++i) {
        auto next = std::make_unique<deep>();
        next->next = std::move(head);
        head = std::move(next);
    }
    const auto error = error_of([&] { test::bytes_of(head); });
    CHECK(error.path().find("deep::next > ") != std::string::npos);
    CHECK(error.path().find(" > ... > ") != std::string::npos);
    CHECK(error.path().ends_with("shop::price"));
    CHECK(error.path().size() < 400);
}

TEST_CASE("counts and sizes that the message cannot hold are refused before memory is asked for") {
    const std::uint64_t huge[] = {0x7fffffffffffffff, 0, 0};
    const auto bytes = std::as_bytes(std::span(huge));
    CHECK(error_of([&] { test::from_bytes<std::vector<std::string>>(bytes); }).reason() ==
          "the message claims 9223372036854775807 elements, but only 16 bytes are left");
    CHECK_THROWS_AS(test::from_bytes<std::vector<double>>(bytes), brood::serialization_error);
    CHECK_THROWS_AS(test::from_bytes<std::string>(bytes), brood::serialization_error);
    CHECK_THROWS_AS(test::from_bytes<std::vector<bool>>(bytes), brood::serialization_error);
    const std::uint64_t beside[] = {0x8000000000100000, 0};
    CHECK(error_of([&] { test::from_bytes<std::vector<double>>(std::as_bytes(std::span(beside))); }).reason() ==
          "a block beside the message is missing");
}

TEST_CASE("a bool that is neither 0 nor 1 is refused, in a block of plain data too") {
    const std::byte two[] = {std::byte{2}};
    CHECK_THROWS_AS(test::from_bytes<bool>(two), brood::serialization_error);
    CHECK_THROWS_AS(test::from_bytes<std::optional<int>>(two), brood::serialization_error);
    struct flag {
        int value = 0;
        bool yes = false;
    };
    auto bytes = test::bytes_of(std::vector<flag>(2));
    bytes[8 + sizeof(flag) + sizeof(int)] = std::byte{2};
    CHECK_THROWS_AS(test::from_bytes<std::vector<flag>>(bytes), brood::serialization_error);
    auto array = test::bytes_of(std::array<flag, 2>());
    array[sizeof(int)] = std::byte{0xff};
    CHECK_THROWS_AS((test::from_bytes<std::array<flag, 2>>(array)), brood::serialization_error);
}

TEST_CASE("a valueless variant is refused") {
    struct thrower {
        thrower() = default;
        thrower(const thrower&) { throw 1; }
    };
    std::variant<int, thrower> variant;
    try {
        variant.emplace<1>(thrower());
    } catch (int) {
    }
    REQUIRE(variant.valueless_by_exception());
    CHECK(error_of([&] { test::bytes_of(variant); }).reason() == "a std::variant without a value");
}
