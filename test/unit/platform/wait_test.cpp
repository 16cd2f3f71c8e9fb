// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <thread>

using namespace platform_test;

namespace {

using indices = std::vector<std::size_t>;

waitable channel_of(handle_t handle) { return {waitable::kind::channel, handle}; }
waitable process_of(const test_child& child) { return {waitable::kind::process, child.handle()}; }

const role reads_until_end("reads-until-end", [](bootstrap& from) {
    reaches_end(from.channel.get());
    return 0;
});

struct many_channels {
    explicit many_channels(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            pairs.push_back(make_channel());
            all.push_back(channel_of(pairs.back().ours.get()));
        }
    }
    std::vector<channel_pair> pairs;
    std::vector<waitable> all;
};

}  // namespace

TEST_CASE("waiting for nothing ends with the deadline") {
    CHECK(wait_many({}, in_the_past()).empty());
    CHECK(wait_many({}, soon()).empty());
}

TEST_CASE("a wait without anything ready ends with the deadline") {
    const many_channels channels(2);
    CHECK(wait_many(channels.all, in_the_past()).empty());
    CHECK(wait_many(channels.all, soon()).empty());
}

TEST_CASE("every ready one is told, in order, and nothing is consumed") {
    const many_channels channels(5);
    write(channels.pairs[1].theirs.get(), "one");
    write(channels.pairs[4].theirs.get(), "four");
    CHECK(wait_many(channels.all, std::nullopt) == indices{1, 4});
    CHECK(wait_many(channels.all, in_the_past()) == indices{1, 4});
    std::string got(3, '\0');
    REQUIRE(channel_read(channels.pairs[1].ours.get(), std::as_writable_bytes(std::span(got)), no_handle(), {}) ==
            io_result::ok);
    CHECK(got == "one");
    CHECK(wait_many(channels.all, in_the_past()) == indices{4});
}

TEST_CASE("a channel whose other end is closed is ready") {
    many_channels channels(2);
    channels.pairs[1].theirs.reset();
    CHECK(wait_many(channels.all, std::nullopt) == indices{1});
}

TEST_CASE("a waiter is woken by bytes") {
    const many_channels channels(3);
    std::thread writer([&] { write(channels.pairs[2].theirs.get(), "x"); });
    CHECK(wait_many(channels.all, std::nullopt) == indices{2});
    writer.join();
}

TEST_CASE("a waiter is woken by an end") {
    many_channels channels(3);
    std::thread closer([&] { channels.pairs[0].theirs.reset(); });
    CHECK(wait_many(channels.all, std::nullopt) == indices{0});
    closer.join();
}

TEST_CASE("a wait that timed out takes no bytes from the reads that follow") {
    const many_channels channels(1);
    for (int round = 0; round < 20; ++round) {
        CHECK(wait_many(channels.all, std::chrono::steady_clock::now() + std::chrono::milliseconds(1)).empty());
        const std::string sent = "message " + std::to_string(round);
        send_text(channels.pairs[0].theirs.get(), sent);
        CHECK(receive_text(channels.pairs[0].ours.get()) == sent);
    }
}

TEST_CASE("one can wait for a channel that another thread reads") {
    const many_channels channels(1);
    constexpr int rounds = 50;
    std::thread reader([&] {
        for (int round = 0; round < rounds; ++round)
            send_text(channels.pairs[0].ours.get(), receive_text(channels.pairs[0].ours.get()));
    });
    int right = 0;
    for (int round = 0; round < rounds; ++round) {
        wait_many(channels.all, in_the_past());
        send_text(channels.pairs[0].theirs.get(), std::to_string(round));
        wait_many(channels.all, std::chrono::steady_clock::now() + std::chrono::milliseconds(1));
        right += receive_text(channels.pairs[0].theirs.get()) == std::to_string(round);
    }
    reader.join();
    CHECK(right == rounds);
}

TEST_CASE("a process is ready when it has ended, also beside channels") {
    test_child child("reads-until-end");
    const many_channels channels(1);
    const waitable both[] = {channels.all[0], process_of(child)};
    CHECK(wait_many(both, in_the_past()).empty());
    child.close_channel();
    CHECK(wait_many(both, std::nullopt) == indices{1});
    CHECK(child.wait().success());
    CHECK(wait_many(both, in_the_past()) == indices{1});
}

TEST_CASE("the same thing may be waited for twice") {
    const many_channels channels(1);
    const waitable twice[] = {channels.all[0], channels.all[0]};
    CHECK(wait_many(twice, soon()).empty());
    write(channels.pairs[0].theirs.get(), "x");
    CHECK(wait_many(twice, std::nullopt) == indices{0, 1});
    test_child child("reads-until-end");
    const waitable same_process[] = {process_of(child), process_of(child)};
    std::thread ender([&] { child.close_channel(); });
    CHECK(wait_many(same_process, std::nullopt) == indices{0, 1});
    ender.join();
}

TEST_CASE("300 things can be waited for") {
    const many_channels channels(300);
    CHECK(wait_many(channels.all, soon()).empty());
    for (const std::size_t last : {299u, 0u, 63u, 64u}) {
        std::thread writer([&] { send_text(channels.pairs[last].theirs.get(), "now"); });
        CHECK(wait_many(channels.all, std::nullopt) == indices{last});
        writer.join();
        CHECK(receive_text(channels.pairs[last].ours.get()) == "now");
    }
}

TEST_CASE("waiting for many leaves no threads behind") {
    const many_channels channels(200);
    const std::size_t before = thread_count();
    wait_many(channels.all, soon());
    CHECK(thread_count() == before);
}
