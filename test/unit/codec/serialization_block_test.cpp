// SPDX-License-Identifier: MIT
// Large plain data travels beside the message, and only when it stays in memory; handles travel as indices.
#include "round_trip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <valarray>
#include <vector>

namespace {

constexpr std::size_t large = 100'000;

struct holds_large {
    std::vector<double> data;
    bool operator==(const holds_large&) const = default;
    template <class A>
    void serialize(A& archive) {
        archive(data);
    }
};
struct makes_large {
    template <class A>
    void save(A& archive) const {
        const std::vector<int> local(large, 7);
        archive(local);
        archive(std::pair(1, local));
        brood::detail::save_value(archive, local);
    }
    template <class A>
    void load(A& archive) {
        std::vector<int> first;
        std::pair<int, std::vector<int>> second;
        archive(first, second);
        right = first == std::vector<int>(large, 7) && second.second == first &&
                brood::detail::load_value<std::vector<int>>(archive) == first;
    }
    bool right = false;
};
struct plain_pair {
    double number;
    std::int32_t id;
    bool operator==(const plain_pair&) const = default;
};

class test_handles : public brood::handle_source {
public:
    std::size_t count() override { return 2; }
    brood::native_handle_type take(std::size_t index) override {
        taken.push_back(index);
        return brood::native_handle_type();
    }
    std::vector<std::size_t> taken;
};

}  // namespace

TEST_CASE("a large vector is not copied into the message") {
    const std::vector<double> numbers(large, 1.5);
    brood::output_archive out;
    brood::detail::save_value(out, numbers);
    REQUIRE(out.blocks().size() == 1);
    CHECK(static_cast<const void*>(out.blocks()[0].data()) == numbers.data());
    CHECK(out.blocks()[0].size() == large * sizeof(double));
    CHECK(out.bytes().size() == 8);
    CHECK(test::round_trip(numbers) == numbers);
}

TEST_CASE("strings, arrays, valarrays and plain aggregates move as blocks too") {
    const auto in_one_block = [](const auto& value) {
        brood::output_archive out;
        brood::detail::save_value(out, value);
        return out.blocks().size() == 1 && out.bytes().size() <= 16;
    };
    CHECK(in_one_block(std::string(large, 'x')));
    CHECK(in_one_block(std::u32string(large, U'x')));
    CHECK(in_one_block(std::valarray<float>(large)));
    CHECK(in_one_block(std::vector<plain_pair>(large)));
    CHECK(in_one_block(std::vector<std::array<int, 3>>(large)));
    CHECK(in_one_block(*std::make_unique<std::array<int, large>>()));
}

TEST_CASE("members of objects are sent from where they are, at any depth") {
    const std::vector<holds_large> values(2, {std::vector<double>(large, 2.5)});
    brood::output_archive out;
    brood::detail::save_value(out, values);
    REQUIRE(out.blocks().size() == 2);
    CHECK(static_cast<const void*>(out.blocks()[1].data()) == values[1].data.data());
    CHECK(test::round_trip(values) == values);
    const auto shared = std::make_shared<holds_large>(values[0]);
    CHECK(*test::round_trip(shared) == values[0]);
}

TEST_CASE("what user code hands in from a local variable is copied into the message") {
    brood::output_archive out;
    brood::detail::save_value(out, makes_large());
    CHECK(out.blocks().empty());
    CHECK(test::round_trip(makes_large()).right);
}

TEST_CASE("without blocks everything is in the message") {
    const std::vector<double> numbers(large, 1.5);
    CHECK(test::bytes_of(numbers).size() == 8 + large * sizeof(double));
    CHECK(test::from_bytes<std::vector<double>>(test::bytes_of(numbers)) == numbers);
    const auto array = std::make_unique<std::array<double, large>>();
    (*array)[7] = 7;
    const auto bytes = test::bytes_of(array);
    CHECK(*test::from_bytes<std::unique_ptr<std::array<double, large>>>(bytes) == *array);
}

TEST_CASE("a block of another size than the message says is refused before memory is asked for") {
    const std::vector<double> numbers(large, 1.5);
    brood::output_archive out;
    brood::detail::save_value(out, numbers);
    test::memory_blocks shorter({out.blocks()[0].first(80)});
    brood::input_archive in(out.bytes(), &shorter);
    const auto error = test::error_of([&] { brood::detail::load_value<std::vector<double>>(in); });
    CHECK(error.reason() == "a block beside the message has 80 bytes where 800000 belong");
}

TEST_CASE("handles are listed by the sender and taken once by the receiver") {
    brood::output_archive out;
    CHECK(out.add_handle(brood::native_handle_type()) == 0);
    CHECK(out.add_handle(brood::native_handle_type()) == 1);
    CHECK(out.handles().size() == 2);
    test_handles handles;
    brood::input_archive in({}, nullptr, &handles);
    in.take_handle(1);
    CHECK(handles.taken == std::vector<std::size_t>{1});
    CHECK(test::error_of([&] { in.take_handle(1); }).reason() == "handle 1 is used twice");
    CHECK(test::error_of([&] { in.take_handle(2); }).reason() == "handle 2 was not sent: the message has 2");
}

TEST_CASE("a channel without handles refuses them when they are added") {
    brood::output_archive out({.handles = false});
    CHECK_THROWS_AS(out.add_handle(brood::native_handle_type()), brood::serialization_error);
}

TEST_CASE("the bytes are the same on every system and compiler") {
    struct sample {
        std::int32_t number;
        std::string text;
        std::vector<std::uint16_t> few;
        std::optional<double> maybe;
        std::shared_ptr<int> shared;
        std::map<std::int8_t, bool> map;
    };
    const sample value{-2, "ab", {1, 2}, 1.0, std::make_shared<int>(3), {{1, true}}};
    CHECK(test::hex(test::bytes_of(value)) ==
          "feffffff"
          "02000000000000006162"
          "020000000000000001000200"
          "01000000000000f03f"
          "0100008003000000"
          "01000000000000000101");
}
