// SPDX-License-Identifier: MIT
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

void echo(brood::connection<std::string> end) {
    try {
        for (;;) end.send(end.recv());
    } catch (const brood::end_of_stream&) {
    }
}

}  // namespace

// A forked child has all that its parent had, the parent's end, too: it sees no end of the stream.
TEST_CASE("a child answers over a pipe until the other end is closed") {
    auto [mine, theirs] = brood::pipe<std::string>();
    auto child = brood::spawn(echo, theirs);
    theirs.close();
    for (const std::size_t size : {0U, 1U, 5'000U, 3'000'000U}) {
        mine.send(std::string(size, 'x'));
        CHECK(mine.recv() == std::string(size, 'x'));
    }
    CHECK_FALSE(mine.poll());
    mine.close();
    if (brood::get_start_method() == brood::start_method::fork) return child.kill();
    child.join();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("the stream ends when the last process with the other end has ended, after what it sent") {
    auto [mine, theirs] = brood::pipe<int>();
    auto child = brood::spawn(
        [](brood::connection<int> end) {
            for (int i = 0; i < 1000; ++i) end.send(i);
            std::_Exit(3);
        },
        theirs);
    theirs.close();
    for (int i = 0; i < 1000; ++i) REQUIRE(mine.recv() == i);
    CHECK_THROWS_AS(mine.recv(), brood::end_of_stream);
    CHECK(mine.poll());
    child.join();  // now both directions are given up
    CHECK_THROWS_AS(mine.send(1), brood::end_of_stream);
}

TEST_CASE("the stream ends when the other end's process is killed while this one waits") {
    auto [mine, theirs] = brood::pipe<int>();
    auto child = brood::spawn(
        [](brood::connection<int> end) {
            end.send(1);
            idle();
        },
        theirs);
    theirs.close();
    CHECK(mine.recv() == 1);
    CHECK_FALSE(mine.recv_for(1ms));
    child.kill();
    CHECK_THROWS_AS(mine.recv(), brood::end_of_stream);
}

TEST_CASE("an end that is on its way, or came through another pipe, is not gone") {
    auto [mine, theirs] = brood::pipe<brood::connection<int>>();
    auto [reader, writer] = brood::pipe<int>(brood::one_way);
    mine.send(writer);
    writer.close();
    CHECK_FALSE(reader.poll());
    auto child = brood::spawn([](brood::connection<brood::connection<int>> end) { end.recv().send(7); }, theirs);
    CHECK(reader.recv() == 7);
    CHECK_THROWS_AS(reader.recv(), brood::end_of_stream);
    child.join();
}
