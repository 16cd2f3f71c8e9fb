// SPDX-License-Identifier: MIT
#include "child.hpp"
#include "sanitizer.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <thread>

using namespace platform_test;
using brood_test::throws_are_seen;

namespace {

using places = std::vector<std::uintptr_t>;

// Each of these does something after the call, so that the call stays a call.
volatile int after = 0;

[[gnu::noinline]] places capture(std::size_t depth, std::size_t skip) {
    places found(depth);
    found.resize(capture_stack(found, skip));
    return found;
}

[[gnu::noinline]] places outer_function(std::size_t depth, std::size_t skip) {
    auto found = capture(depth, skip);
    after = after + 1;
    return found;
}

bool has_function(const brood::stack_trace& frames, std::string_view name) {
    return std::ranges::any_of(frames, [&](const auto& f) { return f.function.find(name) != std::string::npos; });
}

struct observed {
    const void* object = nullptr;
    std::size_t times = 0;
    places stack;
};
observed last_throw;

void note_throw(const void* object, std::span<const std::uintptr_t> stack) noexcept {
    last_throw.object = object;
    ++last_throw.times;
    last_throw.stack.assign(stack.begin(), stack.end());
}

class observation {
public:
    observation() {
        last_throw = {};
        observe_throws(note_throw);
    }
    ~observation() { observe_throws(nullptr); }
};

[[gnu::noinline]] void thrower() {
    after = after + 1;
    throw std::out_of_range("thrown by a test");
}

}  // namespace

TEST_CASE("a captured stack begins with the function that asked, then its callers") {
    const auto stack = outer_function(16, 0);
    REQUIRE(stack.size() >= 3);
    CHECK(has_function(describe_address(stack[0]), "capture"));
    CHECK(has_function(describe_address(stack[1]), "outer_function"));
}

TEST_CASE("skipped frames are left out and no more places than asked for are given") {
    const auto all = outer_function(16, 0);
    const auto fewer = outer_function(16, 1);
    REQUIRE(fewer.size() >= 2);
    CHECK(has_function(describe_address(fewer[0]), "outer_function"));
    CHECK(outer_function(2, 0).size() == 2);
    CHECK(outer_function(16, 10'000).empty());
    CHECK(outer_function(0, 0).empty());
}

TEST_CASE("a place in no module is described by its address alone") {
    const auto frames = describe_address(1);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0] == brood::stack_frame{"", "", 0, "", 1});
}

TEST_CASE("a place of the program is described with module and offset") {
    const auto address = reinterpret_cast<std::uintptr_t>(&outer_function);
    const auto frames = describe_address(address);
    const auto holder = module_of(reinterpret_cast<const void*>(address)).value();
    REQUIRE_FALSE(frames.empty());
    CHECK(frames.back().module == holder.path);
    CHECK(frames.back().offset == address - holder.base);
    CHECK(has_function(frames, "outer_function"));
}

TEST_CASE("mangled names are made readable, others stay") {
    CHECK(demangle("_ZN5brood5errorE") == "brood::error");
    CHECK(demangle("main") == "main");
    CHECK(demangle("") == "");
}

TEST_CASE("a throw is seen with its object and place before it is caught" * doctest::skip(!throws_are_seen)) {
    const observation now;
    try {
        thrower();
    } catch (const std::out_of_range& e) {
        CHECK(last_throw.object == &e);
    }
    CHECK(last_throw.times == 1);
    REQUIRE_FALSE(last_throw.stack.empty());
    CHECK(has_function(describe_address(last_throw.stack[0]), "thrower"));
}

TEST_CASE("a throw of the standard library is seen" * doctest::skip(!throws_are_seen)) {
    const observation now;
    CHECK_THROWS_AS(std::string("abc").at(10), std::out_of_range);
    CHECK(last_throw.times == 1);
}

TEST_CASE("rethrowing is not another throw" * doctest::skip(!throws_are_seen)) {
    const observation now;
    std::exception_ptr kept;
    try {
        try {
            thrower();
        } catch (const std::exception&) {
            kept = std::current_exception();
            throw;
        }
    } catch (const std::exception&) {
    }
    CHECK_THROWS_AS(std::rethrow_exception(kept), std::out_of_range);
    CHECK(last_throw.times == 1);
}

TEST_CASE("throws of other threads are seen on those threads" * doctest::skip(!throws_are_seen)) {
    const observation now;
    std::thread([] { CHECK_THROWS_AS(thrower(), std::out_of_range); }).join();
    CHECK(last_throw.times == 1);
    CHECK(has_function(describe_address(last_throw.stack.at(0)), "thrower"));
}

TEST_CASE("nothing is seen of throws when nobody observes them") {
    last_throw = {};
    CHECK_THROWS_AS(thrower(), std::out_of_range);
    CHECK(last_throw.times == 0);
}
