// SPDX-License-Identifier: MIT
#include "proc.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

using namespace brood_test;

TEST_CASE("children of the reserve that were killed are passed over and replaced") {
    if (!has_proc()) return;
    brood::set_spawn_reserve(2);
    REQUIRE(comes_true([] { return brood::spawn_reserve_ready() == 2; }));
    for (const auto pid : children_of(brood::current_process().pid())) {
        kill_process(pid);
        CHECK(comes_true([&] { return is_gone(pid); }));
    }
    auto result = brood::async({.start_method = brood::start_method::spawn}, [] { return 5; });
    CHECK(result.get() == 5);
    brood::set_spawn_reserve(0);
    CHECK(children_of(brood::current_process().pid()).empty());
}
