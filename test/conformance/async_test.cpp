// SPDX-License-Identifier: MIT
// Results, and what can come instead of one.
#include "mailbox.hpp"
#include "program.hpp"
#include "sanitizer.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <doctest/doctest.h>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <system_error>
#include <variant>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

enum class colour { red, green };

struct point {
    int x, y;
    friend bool operator==(const point&, const point&) = default;
};

struct everything {
    std::string text;
    std::vector<point> points;
    std::optional<double> maybe;
    std::variant<int, std::string> either;
    std::map<std::string, std::set<int>> table;
    colour shade;
    std::chrono::milliseconds time;
    friend bool operator==(const everything&, const everything&) = default;
};

template <class T>
T echo(T value) {
    return value;
}

template <class T>
bool comes_back(const T& value) {
    return brood::async(echo<T>, value).get() == value;
}

}  // namespace

TEST_CASE("values of every kind come back as they were") {
    const everything all{"text", {{1, 2}, {3, 4}}, 0.5, "other", {{"k", {3, 1}}}, colour::green, 25ms};
    CHECK(comes_back(all));
    CHECK(comes_back(std::string("null\0inside", 11)));
    CHECK(comes_back(std::tuple<int, std::string, std::vector<bool>>(1, "a", {true, false})));
}

TEST_CASE("a function that returns nothing has a future of nothing") {
    auto done = brood::async([] {});
    static_assert(std::is_same_v<decltype(done), brood::future<void>>);
    CHECK_NOTHROW(done.get());
}

TEST_CASE("a reference that a function returns comes back as a value") {
    static_assert(std::is_same_v<decltype(brood::async([]() -> const std::string& {
                                     static const std::string text = "kept";
                                     return text;
                                 })),
                                 brood::future<std::string>>);
    CHECK(brood::async([]() -> const std::string& {
              static const std::string text = "kept";
              return text;
          }).get() == "kept");
}

TEST_CASE("a future is not ready until the result is there") {
    const auto go = mailbox::make();
    auto result = brood::async(
        [](const mailbox& box) {
            box.wait();
            return 6;
        },
        go);
    CHECK(result.valid());
    CHECK_FALSE(result.ready());
    CHECK(result.wait_for(0s) == std::future_status::timeout);
    CHECK(result.wait_for(-1s) == std::future_status::timeout);
    CHECK(result.wait_for(5ms) == std::future_status::timeout);
    go.send();
    result.wait();
    CHECK(result.ready());
    CHECK(result.wait_for(1h) == std::future_status::ready);
    CHECK(result.get() == 6);
}

TEST_CASE("a second get, and one on an empty future, throw std::future_error") {
    auto result = brood::async([] { return 1; });
    CHECK(result.get() == 1);
    CHECK_FALSE(result.valid());
    CHECK_THROWS_AS(result.get(), std::future_error);
    CHECK_THROWS_AS(result.wait(), std::future_error);
    CHECK_THROWS_AS(brood::future<int>().get(), std::future_error);
}

TEST_CASE("a moved future goes on") {
    auto first = brood::async([] { return 2; });
    brood::future<int> second = std::move(first);
    CHECK_FALSE(first.valid());  // NOLINT(bugprone-use-after-move): it is what is tested
    CHECK(second.get() == 2);
}

TEST_CASE("a future that nobody asks waits for its process and drops the result") {
    {
        auto unasked = brood::async([] { return std::vector<int>(100'000, 1); });
    }
    CHECK(brood::active_children().empty());
}

TEST_CASE("a dropped future discards an exception, too") {
    {
        auto unasked = brood::async([]() -> int { throw std::runtime_error("to nobody"); });
    }
    CHECK(brood::active_children().empty());
}

TEST_CASE("several results come back, in whatever order they are fetched") {
    auto a = brood::async([] { return 1; }), b = brood::async([] { return 2; }), c = brood::async([] { return 3; });
    CHECK(c.get() == 3);
    CHECK(a.get() == 1);
    CHECK(b.get() == 2);
}

TEST_CASE("a result can be fetched after the process has ended") {
    auto result = brood::async([] { return std::string("left behind"); });
    CHECK(comes_true([] { return brood::active_children().empty(); }));
    CHECK(result.get() == "left behind");
}

// ---- exceptions ----

TEST_CASE("standard exceptions keep their type and their text") {
    const auto thrown_by = [](auto target) {
        auto result = brood::async(target);
        try {
            result.get();
        } catch (const std::exception& error) {
            return std::string(typeid(error) == typeid(std::logic_error)     ? "logic "
                               : typeid(error) == typeid(std::out_of_range)  ? "range "
                               : typeid(error) == typeid(std::runtime_error) ? "runtime "
                               : typeid(error) == typeid(std::bad_alloc)     ? "memory "
                               : typeid(error) == typeid(std::system_error)  ? "system "
                                                                             : "other ") +
                   error.what();
        }
        return std::string("nothing");
    };
    CHECK(thrown_by([] { throw std::logic_error("a"); }) == "logic a");
    CHECK(thrown_by([] { throw std::out_of_range("b"); }) == "range b");
    CHECK(thrown_by([] { throw std::runtime_error("c"); }) == "runtime c");
    CHECK(thrown_by([] { throw std::bad_alloc(); }).starts_with("memory "));
    CHECK(thrown_by([] {
              throw std::system_error(std::make_error_code(std::errc::permission_denied), "d");
          }).starts_with("system d"));
}

namespace {

struct unknown_here : std::exception {
    const char* what() const noexcept override { return "very own"; }
};

}  // namespace

TEST_CASE("an exception of another type comes as remote_error with its name, text, process and stack") {
    auto result = brood::async({.name = "origin"}, []() -> int { throw unknown_here(); });
    try {
        result.get();
        FAIL("no exception came");
    } catch (const brood::remote_error& error) {
        CHECK(error.type_name().find("unknown_here") != std::string::npos);
        CHECK(std::string(error.what()).find("very own") != std::string::npos);
        CHECK(error.process_name() == "origin");
        CHECK(error.pid() > 0);
        CHECK(error.stack().empty() != throws_are_seen);
    }
}

TEST_CASE("nested exceptions keep their chain") {
    auto result = brood::async([] {
        try {
            throw std::out_of_range("inner");
        } catch (...) {
            std::throw_with_nested(std::runtime_error("outer"));
        }
    });
    try {
        result.get();
        FAIL("no exception came");
    } catch (const std::runtime_error& outer) {
        CHECK(std::string(outer.what()) == "outer");
        CHECK_THROWS_WITH_AS(std::rethrow_if_nested(outer), "inner", std::out_of_range);
    }
}

// ---- deaths ----

namespace {

template <class F, class... Args>
brood::process_died death_of(F target, const Args&... arguments) {
    auto result = brood::async({.name = "the dead", .stderr_to = brood::null}, target, arguments...);
    try {
        result.get();
    } catch (const brood::process_died& died) {
        return died;
    }
    throw std::runtime_error("it did not die");
}

}  // namespace

TEST_CASE("a process that exits without a result has died, also with code 0") {
    const auto three = death_of([]() -> int { std::exit(3); });
    CHECK(three.status() == brood::exit_status::exited(3));
    CHECK(three.pid() > 0);
    CHECK(std::string(three.what()).find("'the dead'") != std::string::npos);
    CHECK(std::string(three.what()).find("exited with code 3 before it gave a result") != std::string::npos);
    CHECK(death_of([]() -> int { std::exit(0); }).status().success());
    CHECK(death_of([]() -> int { std::_Exit(4); }).status().code() == 4);
}

TEST_CASE("a crash comes back with its signal and the stack where it happened") {
    const auto died = death_of([]() -> int {
        crash();
        return 1;
    });
    CHECK(died.status().signal() == 11);
    CHECK_FALSE(died.stack().empty());
}

TEST_CASE("an abort comes back with its signal and stack") {
    const auto died = death_of([]() -> int { std::abort(); });
    CHECK(died.status().signal() == 6);
    CHECK_FALSE(died.stack().empty());
}

TEST_CASE("a killed process has died by that") {
    const auto box = mailbox::make();
    auto result = brood::async(
        [](const mailbox& to) {
            to.send(std::to_string(brood::current_process().pid()));
            idle();
            return 1;
        },
        box);
    box.wait();
    CHECK_FALSE(result.ready());
    const auto active = brood::active_children();
    REQUIRE(active.size() == 1);
    kill_process(active[0].pid());
    CHECK_THROWS_AS(result.get(), brood::process_died);
}

// ---- large values ----

namespace {

std::vector<std::uint64_t> numbers(std::size_t count) {
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), 1);
    return all;
}

std::vector<std::uint64_t> reversed(std::vector<std::uint64_t> values) {
    std::reverse(values.begin(), values.end());
    return values;
}

}  // namespace

TEST_CASE("a vector of 64 MiB goes and comes whole") {
    const auto there = numbers((std::size_t{64} << 20) / sizeof(std::uint64_t));
    const auto back = brood::async(reversed, there).get();
    REQUIRE(back.size() == there.size());
    CHECK(std::equal(back.begin(), back.end(), there.rbegin()));
}

TEST_CASE("several large values of one call keep their order") {
    using list = std::vector<int>;
    const auto back =
        brood::async([](const list& a, const std::string& b, const list& c) { return std::tuple(c, b, a); },
                     list(50'000, 1), std::string(100'000, 'b'), list(60'000, 3))
            .get();
    CHECK(std::get<0>(back) == list(60'000, 3));
    CHECK(std::get<1>(back) == std::string(100'000, 'b'));
    CHECK(std::get<2>(back) == list(50'000, 1));
}

TEST_CASE("a large value nobody fetches holds up neither its process nor this one") {
    auto result = brood::async(numbers, std::size_t{1} << 20);
    result.wait();
    result = {};
    CHECK(brood::active_children().empty());
}
