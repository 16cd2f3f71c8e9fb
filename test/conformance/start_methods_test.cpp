// SPDX-License-Identifier: MIT
// Choosing how children are made.
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

using namespace brood_test;

TEST_CASE("the start methods of this system, spawn first") {
    const auto methods = brood::available_start_methods();
    REQUIRE_FALSE(methods.empty());
    CHECK(methods.front() == brood::start_method::spawn);
    CHECK(methods.size() == (BROOD_HAS_FORK ? 3 : 1));
}

TEST_CASE("start methods have names that can be read back") {
    for (const auto method : {brood::start_method::fork, brood::start_method::spawn, brood::start_method::forkserver})
        CHECK(brood::parse_start_method(brood::to_string(method)) == method);
    CHECK_THROWS_WITH_AS(brood::parse_start_method("thread"),
                         "'thread' is not a start method; there are fork, spawn and forkserver", std::invalid_argument);
}

TEST_CASE("the start method is chosen once, or again by force") {
    const auto chosen = brood::get_start_method();
    CHECK_THROWS_WITH_AS(brood::set_start_method(chosen),
                         "the start method was already set; pass force = true to set it again", std::logic_error);
    CHECK(brood::get_start_method() == chosen);
    for (const auto method : brood::available_start_methods()) {
        brood::set_start_method(method, true);
        CHECK(brood::get_start_method() == method);
    }
    brood::set_start_method(chosen, true);
}

TEST_CASE("a method of one process does not become the method of the others") {
    const auto chosen = brood::get_start_method();
    for (const auto method : brood::available_start_methods()) {
        auto result = brood::async({.start_method = method}, [] { return brood::get_start_method(); });
        CHECK(result.get() == chosen);
        CHECK(brood::get_start_method() == chosen);
    }
}

TEST_CASE("a method that the system lacks is refused by name" * doctest::skip(BROOD_HAS_FORK == 1)) {
    const char* const words = "start method 'fork' is not available on " BROOD_SYSTEM;
    CHECK_THROWS_WITH_AS(brood::set_start_method(brood::start_method::fork, true), words, std::invalid_argument);
    brood::process child({.start_method = brood::start_method::fork}, idle);
    CHECK_THROWS_WITH_AS(child.start(), words, std::invalid_argument);
    CHECK_THROWS_AS(brood::set_forkserver_preload(brood::call([] {})), std::invalid_argument);
}

TEST_CASE("children of every method can start children of every method") {
    for (const auto outer : brood::available_start_methods())
        for (const auto inner : brood::available_start_methods()) {
            CAPTURE(brood::to_string(outer));
            CAPTURE(brood::to_string(inner));
            auto result = brood::async(
                {.start_method = outer},
                [](brood::start_method method) {
                    auto nested =
                        brood::async({.start_method = method}, [] { return brood::current_process().name(); });
                    return nested.get();
                },
                inner);
            CHECK(result.get().find(":1") != std::string::npos);
        }
}

TEST_CASE("children run the chosen executable, a copy of this program included") {
    const temporary_folder folder;
    const auto copy = folder.path() / this_program().filename();
    std::filesystem::copy_file(this_program(), copy);
    brood::set_executable(to_utf8(copy));
    auto result = brood::async({.start_method = brood::start_method::spawn},
                               [] { return to_utf8(std::filesystem::path(this_program()).parent_path()); });
    brood::set_executable("");
    CHECK(std::filesystem::equivalent(from_utf8(result.get()), folder.path()));
}
