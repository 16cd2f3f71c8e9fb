// SPDX-License-Identifier: MIT
// Options whose effect is seen by POSIX means only.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

TEST_CASE("a child has the niceness of its options") {
    const int own = ::getpriority(PRIO_PROCESS, 0);
    const int wanted = std::min(own + 7, 19);  // to go lower takes privileges
    auto nice = brood::async({.niceness = wanted}, [] { return ::getpriority(PRIO_PROCESS, 0); });
    CHECK(nice.get() == wanted);
    CHECK(::getpriority(PRIO_PROCESS, 0) == own);
}

TEST_CASE("a child is out of the terminal's process group unless it wants Ctrl-C") {
    CHECK(brood::async([] { return static_cast<long>(::getpgrp()); }).get() != ::getpgrp());
    CHECK(brood::async({.receive_ctrl_c = true}, [] { return static_cast<long>(::getpgrp()); }).get() == ::getpgrp());
}
