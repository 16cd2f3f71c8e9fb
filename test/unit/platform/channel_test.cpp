// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <numeric>
#include <thread>

using namespace platform_test;

namespace {

std::string text_of(std::size_t size, unsigned seed) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((i * 31 + i / 251 + seed) & 0xFF);
    return text;
}

io_result read(handle_t channel, std::string& into, handle_t peer = no_handle(), deadline until = {}) {
    return channel_read(channel, std::as_writable_bytes(std::span(into)), peer, until);
}

const role echo("echo", [](bootstrap& from) {
    send_text(from.channel.get(), receive_text(from.channel.get()));
    return 0;
});

const role last_words("last-words", [](bootstrap& from) {
    write(from.channel.get(), "last words");
    return 0;
});

const role waits("waits", [](bootstrap& from) {
    reaches_end(from.channel.get());
    return 0;
});

// Reads the file whose handle comes, and answers with the handle of another.
const role handle_exchange("handle-exchange", [](bootstrap& from) {
    std::vector<unique_handle> received;
    if (channel_receive_handles(from.channel.get(), 1, received, no_handle(), std::nullopt) != io_result::ok) return 1;
    std::string content(5, '\0');
    read_file(received.at(0).get(), std::as_writable_bytes(std::span(content)));
    send_text(from.channel.get(), content);
    const unique_handle mine = open_file(arguments().at(1), {.read = true});
    const handle_t raw = mine.get();
    if (channel_send_handles(from.channel.get(), {&raw, 1}, no_handle()) != io_result::ok) return 2;
    return receive_text(from.channel.get()) == "got it" ? 0 : 3;
});

// Says over each channel whose end comes which one it is.
const role answer_on_each("answer-on-each", [](bootstrap& from) {
    const std::size_t count = std::stoul(receive_text(from.channel.get()));
    std::vector<unique_handle> received;
    if (channel_receive_handles(from.channel.get(), count, received, no_handle(), std::nullopt) != io_result::ok)
        return 1;
    for (std::size_t i = 0; i < received.size(); ++i) send_text(received[i].get(), std::to_string(i));
    send_text(from.channel.get(), receive_text(from.channel.get()));
    return 0;
});

}  // namespace

TEST_CASE("bytes cross a channel both ways") {
    const channel_pair pair = make_channel();
    std::string got(4, '\0');
    REQUIRE(write(pair.ours.get(), "ping") == io_result::ok);
    REQUIRE(read(pair.theirs.get(), got) == io_result::ok);
    CHECK(got == "ping");
    REQUIRE(write(pair.theirs.get(), "pong") == io_result::ok);
    REQUIRE(read(pair.ours.get(), got) == io_result::ok);
    CHECK(got == "pong");
}

TEST_CASE("the parts of a write arrive in order, empty ones as nothing") {
    const channel_pair pair = make_channel();
    const std::string large = text_of(20'000, 1), larger = text_of(40'000, 2);
    const std::span<const std::byte> parts[] = {bytes_of("a"),    {}, bytes_of(large), bytes_of("b"),
                                                bytes_of(larger), {}};
    std::thread writer([&] { channel_write(pair.ours.get(), parts, no_handle(), std::nullopt); });
    std::string got(60'002, '\0');
    CHECK(read(pair.theirs.get(), got) == io_result::ok);
    writer.join();
    CHECK(got == "a" + large + "b" + larger);
}

TEST_CASE("a write of nothing is done at once") {
    const channel_pair pair = make_channel();
    CHECK(channel_write(pair.ours.get(), {}, no_handle(), in_the_past()) == io_result::ok);
    CHECK(write(pair.ours.get(), "", no_handle(), in_the_past()) == io_result::ok);
    CHECK(channel_read(pair.theirs.get(), {}, no_handle(), in_the_past()) == io_result::ok);
}

TEST_CASE("both sides can write more than the channel holds at once when both read") {
    const channel_pair pair = make_channel();
    const std::string there = text_of(5'000'000, 3), back = text_of(7'000'001, 4);
    std::string got_there(there.size(), '\0'), got_back(back.size(), '\0');
    std::thread first([&] { write(pair.ours.get(), there); });
    std::thread second([&] { write(pair.theirs.get(), back); });
    std::thread third([&] { read(pair.ours.get(), got_back); });
    read(pair.theirs.get(), got_there);
    first.join(), second.join(), third.join();
    CHECK((got_there == there));
    CHECK((got_back == back));
}

TEST_CASE("what was sent before the end was closed is still read") {
    channel_pair pair = make_channel();
    write(pair.theirs.get(), "farewell");
    pair.theirs.reset();
    std::string got(8, '\0');
    CHECK(read(pair.ours.get(), got) == io_result::ok);
    CHECK(got == "farewell");
    CHECK(read(pair.ours.get(), got) == io_result::end);
}

TEST_CASE("a message that is cut off by the end is the end") {
    channel_pair pair = make_channel();
    write(pair.theirs.get(), "fare");
    pair.theirs.reset();
    std::string got(8, '\0');
    CHECK(read(pair.ours.get(), got) == io_result::end);
}

TEST_CASE("a reader that waits learns of the end") {
    channel_pair pair = make_channel();
    std::thread closer([&] { pair.theirs.reset(); });
    CHECK(reaches_end(pair.ours.get()));
    closer.join();
}

TEST_CASE("writing to an end that was closed says so and raises no signal") {
    channel_pair pair = make_channel();
    pair.theirs.reset();
    CHECK(write(pair.ours.get(), "anyone?") == io_result::end);
    CHECK(write(pair.ours.get(), text_of(1'000'000, 5)) == io_result::end);
}

TEST_CASE("a deadline in the past only looks") {
    const channel_pair pair = make_channel();
    std::string got(2, '\0');
    CHECK(read(pair.ours.get(), got, no_handle(), in_the_past()) == io_result::timeout);
    write(pair.theirs.get(), "ab");
    CHECK(read(pair.ours.get(), got, no_handle(), in_the_past()) == io_result::ok);
    CHECK(got == "ab");
}

TEST_CASE("a read that timed out takes nothing that comes later") {
    const channel_pair pair = make_channel();
    std::string got(3, '\0');
    CHECK(read(pair.ours.get(), got, no_handle(), soon()) == io_result::timeout);
    write(pair.theirs.get(), "abc");
    CHECK(read(pair.ours.get(), got) == io_result::ok);
    CHECK(got == "abc");
}

TEST_CASE("a write that nobody reads times out") {
    const channel_pair pair = make_channel();
    CHECK(write(pair.ours.get(), text_of(8'000'000, 6), no_handle(), soon()) == io_result::timeout);
}

TEST_CASE("a crash handler's write arrives, or is lost without waiting") {
    channel_pair pair = make_channel();
    channel_write_from_crash(pair.theirs.get(), bytes_of("crashed"));
    std::string got(7, '\0');
    CHECK(read(pair.ours.get(), got) == io_result::ok);
    CHECK(got == "crashed");
    pair.ours.reset();
    channel_write_from_crash(pair.theirs.get(), bytes_of("nobody reads this"));
}

TEST_CASE("a child echoes 8 MiB") {
    test_child child("echo");
    const std::string text = text_of(8 << 20, 7);
    send_text(child.channel(), text);
    CHECK((receive_text(child.channel(), child.handle()) == text));
    CHECK(child.wait().success());
}

TEST_CASE("what a child wrote before it ended is read, then comes the end") {
    test_child child("last-words");
    std::string got(10, '\0');
    CHECK(read(child.channel(), got, child.handle()) == io_result::ok);
    CHECK(got == "last words");
    CHECK(read(child.channel(), got, child.handle()) == io_result::end);
}

TEST_CASE("the death of the peer process ends a read though the other end stays open") {
    const channel_pair pair = make_channel();
    test_child child("waits");
    write(pair.theirs.get(), "ab");
    std::thread killer([&] { child.request_end(request::kill); });
    std::string got(2, '\0');
    CHECK(read(pair.ours.get(), got, child.handle()) == io_result::ok);
    CHECK(read(pair.ours.get(), got, child.handle()) == io_result::end);
    killer.join();
}

TEST_CASE("the death of the peer process ends a write though the other end stays open") {
    const channel_pair pair = make_channel();
    test_child child("waits");
    std::thread killer([&] { child.request_end(request::kill); });
    CHECK(write(pair.ours.get(), text_of(8'000'000, 8), child.handle()) == io_result::end);
    killer.join();
}

TEST_CASE("the death of the peer process ends a wait for handles though the other end stays open") {
    const channel_pair pair = make_channel();
    test_child child("waits");
    std::thread killer([&] { child.request_end(request::kill); });
    std::vector<unique_handle> received;
    CHECK(channel_receive_handles(pair.ours.get(), 1, received, child.handle(), std::nullopt) == io_result::end);
    CHECK(received.empty());
    killer.join();
}

TEST_CASE("handles cross to a child and back") {
    const temporary_folder folder;
    make_file(folder.file("to child"), "hello");
    make_file(folder.file("from child"), "world");
    test_child child(as_role("handle-exchange", {folder.file("from child")}));
    const unique_handle file = open_file(folder.file("to child"), {.read = true});
    const handle_t raw = file.get();
    REQUIRE(channel_send_handles(child.channel(), {&raw, 1}, child.handle()) == io_result::ok);
    CHECK(receive_text(child.channel(), child.handle()) == "hello");
    // The open file was shared, not opened again.
    CHECK(seek_file(file.get(), 0, seek_from::current) == 5);

    std::vector<unique_handle> received;
    REQUIRE(channel_receive_handles(child.channel(), 1, received, child.handle(), std::nullopt) == io_result::ok);
    send_text(child.channel(), "got it");
    CHECK(child.wait().success());
    std::string content(5, '\0');
    CHECK(read_file(received.at(0).get(), std::as_writable_bytes(std::span(content))) == 5);
    CHECK(content == "world");
}

TEST_CASE("300 handles arrive in order, between the bytes around them") {
    constexpr std::size_t count = 300;
    std::vector<channel_pair> pairs(count);
    std::vector<handle_t> handles;
    for (channel_pair& pair : pairs) {
        pair = make_channel();
        handles.push_back(pair.theirs.get());
    }
    test_child child("answer-on-each");
    send_text(child.channel(), std::to_string(count));
    REQUIRE(channel_send_handles(child.channel(), handles, child.handle()) == io_result::ok);
    send_text(child.channel(), "after");
    REQUIRE(receive_text(child.channel(), child.handle()) == "after");
    std::size_t right = 0;
    for (std::size_t i = 0; i < count; ++i) right += receive_text(pairs[i].ours.get()) == std::to_string(i);
    CHECK(right == count);
}

TEST_CASE("the copies of handles that a child got are closed when it ends") {
    channel_pair pair = make_channel();
    {
        test_child child("answer-on-each");
        send_text(child.channel(), "1");
        const handle_t raw = pair.theirs.get();
        REQUIRE(channel_send_handles(child.channel(), {&raw, 1}, child.handle()) == io_result::ok);
        send_text(child.channel(), "after");
        receive_text(child.channel(), child.handle());
        CHECK(child.wait().success());
    }
    pair.theirs.reset();
    CHECK(receive_text(pair.ours.get()) == "0");
    CHECK(reaches_end(pair.ours.get()));
}

TEST_CASE("handles for a child that has ended meet the end") {
    test_child child("last-words");
    reap(child.process(), std::nullopt);
    const channel_pair pair = make_channel();
    const handle_t raw = pair.theirs.get();
    CHECK(channel_send_handles(child.channel(), {&raw, 1}, child.handle()) == io_result::end);
}

TEST_CASE("what is no open handle cannot be sent") {
    test_child child("waits");
    const handle_t raw = no_handle();
    CHECK_THROWS_AS(channel_send_handles(child.channel(), {&raw, 1}, child.handle()), std::system_error);
}
