// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <filesystem>
#include <system_error>

using namespace platform_test;

namespace {

// The condition of the std::system_error that opening throws; none if it does not throw.
std::error_condition failure_of_open(const std::string& path, file_mode mode) {
    try {
        open_file(path, mode);
    } catch (const std::system_error& error) {
        return error.code().default_error_condition();
    }
    return {};
}

}  // namespace

TEST_CASE("a file keeps what was written to it") {
    const temporary_folder folder;
    const std::string path = folder.file("data");
    std::string content(3'000'000, 'a');
    content[1'234'567] = '\0';
    CHECK(write_file(open_file(path, {.write = true, .create = true}).get(), bytes_of(content)) == content.size());
    CHECK((content_of(path) == content));
}

TEST_CASE("reading stops at the end") {
    const temporary_folder folder;
    make_file(folder.file("five"), "12345");
    const unique_handle file = open_file(folder.file("five"), {.read = true});
    std::string into(10, '?');
    const auto bytes = std::as_writable_bytes(std::span(into));
    CHECK(read_file(file.get(), bytes) == 5);
    CHECK(into == "12345?????");
    CHECK(read_file(file.get(), bytes) == 0);
}

TEST_CASE("seeking counts from the beginning, the position and the end") {
    const temporary_folder folder;
    make_file(folder.file("ten"), "0123456789");
    const unique_handle file = open_file(folder.file("ten"), {.read = true});
    CHECK(seek_file(file.get(), 4, seek_from::begin) == 4);
    CHECK(seek_file(file.get(), -1, seek_from::current) == 3);
    CHECK(seek_file(file.get(), -2, seek_from::end) == 8);
    CHECK_THROWS_AS(seek_file(file.get(), -1, seek_from::begin), std::system_error);
    std::string into(2, '?');
    read_file(file.get(), std::as_writable_bytes(std::span(into)));
    CHECK(into == "89");
}

TEST_CASE("a channel has no position to seek") {
    const channel_pair pair = make_channel();
    CHECK_THROWS_AS(seek_file(pair.ours.get(), 0, seek_from::current), std::system_error);
}

TEST_CASE("positions beyond 4 GiB are exact") {
    const temporary_folder folder;
    const unique_handle file = open_file(folder.file("sparse"), {.write = true, .create = true});
    CHECK(seek_file(file.get(), 5'000'000'001, seek_from::begin) == 5'000'000'001u);
    CHECK(seek_file(file.get(), -1, seek_from::current) == 5'000'000'000u);
}

TEST_CASE("append writes at the end wherever the position is") {
    const temporary_folder folder;
    const std::string path = folder.file("log");
    make_file(path, "one");
    const unique_handle first = open_file(path, {.append = true});
    const unique_handle second = open_file(path, {.append = true});
    write_file(first.get(), bytes_of(" two"));
    write_file(second.get(), bytes_of(" three"));
    seek_file(first.get(), 0, seek_from::begin);
    write_file(first.get(), bytes_of(" four"));
    CHECK(content_of(path) == "one two three four");
}

TEST_CASE("truncate empties a file and works with append") {
    const temporary_folder folder;
    const std::string path = folder.file("old");
    make_file(path, "old content");
    write_file(open_file(path, {.write = true, .truncate = true}).get(), bytes_of("new"));
    CHECK(content_of(path) == "new");
    write_file(open_file(path, {.append = true, .create = true, .truncate = true}).get(), bytes_of("again"));
    CHECK(content_of(path) == "again");
}

TEST_CASE("writing without truncate keeps the rest") {
    const temporary_folder folder;
    make_file(folder.file("old"), "old content");
    write_file(open_file(folder.file("old"), {.write = true, .create = true}).get(), bytes_of("new"));
    CHECK(content_of(folder.file("old")) == "new content");
}

TEST_CASE("what is missing, in the way or not asked for is refused") {
    const temporary_folder folder;
    make_file(folder.file("there"), "");
    CHECK(failure_of_open(folder.file("missing"), {.read = true}) == std::errc::no_such_file_or_directory);
    CHECK(failure_of_open(folder.file("missing"), {.write = true, .truncate = true}) ==
          std::errc::no_such_file_or_directory);
    CHECK(failure_of_open(folder.file("no folder/file"), {.write = true, .create = true}) ==
          std::errc::no_such_file_or_directory);
    CHECK(failure_of_open(folder.file("there"), {.write = true, .create = true, .exclusive = true}) ==
          std::errc::file_exists);
    CHECK(failure_of_open(folder.file("there"), {}) == std::errc::invalid_argument);
}

TEST_CASE("what was opened to read cannot be written") {
    const temporary_folder folder;
    make_file(folder.file("data"), "data");
    const unique_handle file = open_file(folder.file("data"), {.read = true});
    CHECK_THROWS_AS(write_file(file.get(), bytes_of("x")), std::system_error);
}

TEST_CASE("a name that is not ASCII names the same file for the standard library") {
    const temporary_folder folder;
    const std::string path = folder.file(
        "Gr\xC3\xBC\xC3\x9F"
        "e \xF0\x9F\x90\xA3.txt");
    make_file(path, "content");
    CHECK(std::filesystem::file_size(std::filesystem::path(std::u8string(path.begin(), path.end()))) == 7);
}

TEST_CASE("a path of more than 600 characters works") {
    const temporary_folder folder;
    std::string path = folder.file("deep");
    for (char c : {'a', 'b', 'c'}) {
        std::filesystem::create_directory(std::filesystem::path(std::u8string(path.begin(), path.end())));
        path += "/" + std::string(200, c);
    }
    make_file(path, "down here");
    CHECK(path.size() > 600);
    CHECK(content_of(path) == "down here");
}

TEST_CASE("a file for a standard stream is made anew to write and must exist to read") {
    const temporary_folder folder;
    make_file(folder.file("out"), "what was there before");
    write_file(open_for_stdio(folder.file("out"), true).get(), bytes_of("new"));
    CHECK(content_of(folder.file("out")) == "new");
    CHECK_THROWS_AS(open_for_stdio(folder.file("in"), false), std::system_error);
}
