// SPDX-License-Identifier: MIT
// What can be a target, and how it gets its arguments.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace brood_test;

namespace {

int twice(int value) { return 2 * value; }
int thrice(int value) noexcept { return 3 * value; }
std::size_t length(const std::string& text) { return text.size(); }
std::string join(std::string a, const std::string& b) { return a + b; }
int apply(int (*function)(int), int value) { return function(value); }

template <class T>
T sum(const std::vector<T>& values) {
    T total{};
    for (const auto& value : values) total += value;
    return total;
}

// A functor with state, an aggregate: it crosses without any code.
struct scale {
    int factor;
    std::vector<int> offsets;
    int operator()(int value) const { return value * factor + offsets.at(0); }
};

// A functor that changes itself while it runs.
struct counter {
    int count = 0;
    int operator()(int by) { return count += by; }
};

struct shape {
    virtual ~shape() = default;
    virtual int area() const = 0;
    int doubled() const { return 2 * area(); }
};

struct square final : shape {
    int side = 0;
    int area() const override { return side * side; }
    template <class Archive>
    void serialize(Archive& archive) {
        archive(side);
    }
};

struct account {
    int balance = 0;
    int get() const noexcept { return balance; }
    int add(int amount) { return balance += amount; }
    int take() && { return std::exchange(balance, 0); }
    static int fee() { return 7; }
};

struct savings : account {
    int rate = 1;
    template <class Archive>
    void serialize(Archive& archive) {
        archive(balance, rate);
    }
};

// Cannot be copied, only moved.
struct only_moves {
    std::unique_ptr<int> value;
    int operator()(const std::unique_ptr<int>& more) const { return *value + *more; }
};

template <class F, class... Args>
auto result_of(F&& target, Args&&... arguments) {
    return brood::async(std::forward<F>(target), std::forward<Args>(arguments)...).get();
}

}  // namespace

TEST_CASE("functions are targets, also templates, noexcept ones and static members") {
    CHECK(result_of(twice, 21) == 42);
    CHECK(result_of(&thrice, 5) == 15);
    CHECK(result_of(sum<double>, std::vector{0.5, 1.5}) == 2.0);
    CHECK(result_of(&account::fee) == 7);
}

TEST_CASE("lambdas without captures are targets, and two of one type name stay apart") {
    CHECK(result_of([](int a, int b) { return a - b; }, 5, 3) == 2);
    const auto plus = [](int a) { return a + 1; };
    const auto minus = [](int a) { return a - 1; };
    CHECK(result_of(plus, 10) == 11);
    CHECK(result_of(minus, 10) == 9);
    CHECK(result_of([](auto a) { return a + a; }, std::string("ab")) == "abab");
}

TEST_CASE("a functor crosses with its state") {
    CHECK(result_of(scale{3, {4}}, 5) == 19);
    counter kept;
    CHECK(result_of(kept, 5) == 5);
    CHECK(kept.count == 0);
}

TEST_CASE("member functions run on a copy of their object") {
    account mine{10};
    CHECK(result_of(&account::get, mine) == 10);
    CHECK(result_of(&account::add, mine, 5) == 15);
    CHECK(mine.balance == 10);
    CHECK(result_of(&account::take, mine) == 10);
}

TEST_CASE("an inherited member function runs on the derived object") {
    savings mine;
    mine.balance = 30;
    CHECK(result_of(&account::get, mine) == 30);
    CHECK(result_of(&savings::get, mine) == 30);
}

TEST_CASE("a virtual member function is that of the object's own class") {
    square s;
    s.side = 4;
    CHECK(result_of(&shape::area, s) == 16);
    CHECK(result_of(&shape::doubled, s) == 32);
}

TEST_CASE("a member function runs on what a smart pointer owns") {
    CHECK(result_of(&account::get, std::make_unique<account>(account{8})) == 8);
    CHECK(result_of(&account::get, std::make_shared<account>(account{9})) == 9);
}

TEST_CASE("functions and member functions can be arguments") {
    CHECK(result_of(apply, &twice, 4) == 8);
    CHECK(result_of(apply, &thrice, 4) == 12);
    CHECK(result_of([](int (account::*what)(int), int by) { return (account{1}.*what)(by); }, &account::add, 2) == 3);
    CHECK(result_of([](int (*nothing)(int)) { return nothing == nullptr; }, static_cast<int (*)(int)>(nullptr)));
}

TEST_CASE("string literals become the strings that a function takes") {
    CHECK(result_of(length, "four") == 4);
    CHECK(result_of(join, "a", std::string("b")) == "ab");
    const char* text = "by pointer";
    CHECK(result_of(length, text) == 10);
    CHECK(result_of([](auto any) { return any.size(); }, "deduced") == 7);
}

TEST_CASE("arguments are converted to what the function takes before they cross") {
    CHECK(result_of([](double value) { return value / 2; }, 3) == 1.5);
    CHECK(result_of([](const std::vector<std::string>& all) { return all.size(); },
                    std::initializer_list<std::string>{"a", "b"}) == 2);
}

TEST_CASE("what only moves crosses, as target, argument and result") {
    only_moves target{std::make_unique<int>(40)};
    CHECK(result_of(std::move(target), std::make_unique<int>(2)) == 42);
    const auto made = result_of([](int value) { return std::make_unique<int>(value); }, 6);
    CHECK(*made == 6);
}

TEST_CASE("many arguments of many types arrive as they were") {
    const std::map<std::string, std::vector<int>> table{{"a", {1, 2}}, {"b", {}}};
    const bool same = result_of(
        [](int i, char c, bool b, double d, const std::string& s, const std::map<std::string, std::vector<int>>& m) {
            return i == -1 && c == 'x' && b && d == 0.25 && s == "text" && m.at("a")[1] == 2 && m.at("b").empty();
        },
        -1, 'x', true, 0.25, "text", table);
    CHECK(same);
}

TEST_CASE("what a target changes does not change anything here") {
    static int global = 1;
    auto value = std::make_shared<int>(1);
    CHECK(result_of(
              [](const std::shared_ptr<int>& shared) {
                  global = 2;
                  *shared = 2;
                  return global + *shared;
              },
              value) == 4);
    CHECK(global == 1);
    CHECK(*value == 1);
}
