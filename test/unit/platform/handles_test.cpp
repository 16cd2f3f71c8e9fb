// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <system_error>
#include <utility>

using namespace platform_test;

TEST_CASE("a duplicated handle names the same open file") {
    const temporary_folder folder;
    const unique_handle file = open_file(folder.file("shared"), {.read = true, .write = true, .create = true});
    const unique_handle copy = duplicate_handle(file.get());
    write_file(file.get(), bytes_of("0123456789"));
    CHECK(to_number(copy.get()) != to_number(file.get()));
    CHECK(seek_file(copy.get(), 0, seek_from::current) == 10);
}

TEST_CASE("a duplicate outlives the handle it was made from") {
    channel_pair pair = make_channel();
    const unique_handle copy = duplicate_handle(pair.theirs.get());
    pair.theirs.reset();
    REQUIRE(write(copy.get(), "x") == io_result::ok);
    std::byte got{};
    CHECK(channel_read(pair.ours.get(), {&got, 1}, no_handle(), std::nullopt) == io_result::ok);
}

TEST_CASE("what is no handle cannot be duplicated") {
    CHECK_THROWS_AS(duplicate_handle(no_handle()), std::system_error);
}

TEST_CASE("an owned handle is closed once, by its last owner") {
    channel_pair pair = make_channel();
    {
        unique_handle first = std::move(pair.theirs);
        CHECK_FALSE(pair.theirs);
        unique_handle second = std::move(first);
        CHECK_FALSE(first);
        REQUIRE(write(second.get(), "still open") == io_result::ok);
    }
    CHECK(write(pair.ours.get(), "nobody is there") == io_result::end);
}

TEST_CASE("assigning to an owned handle closes the one before") {
    channel_pair pair = make_channel(), other = make_channel();
    pair.theirs = std::move(other.theirs);
    CHECK(reaches_end(pair.ours.get()));
    CHECK(write(other.ours.get(), "open") == io_result::ok);
}

TEST_CASE("a released handle is not closed") {
    channel_pair pair = make_channel();
    handle_t raw = no_handle();
    {
        unique_handle owner = std::move(pair.theirs);
        raw = owner.release();
    }
    const unique_handle again(raw);
    CHECK(write(pair.ours.get(), "open") == io_result::ok);
}
