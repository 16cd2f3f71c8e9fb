// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <stdexcept>

namespace platform_test {

namespace {

std::map<std::string, role::function, std::less<>>& roles() {
    static std::map<std::string, role::function, std::less<>> all;
    return all;
}

std::filesystem::path to_path(std::string_view text) {
    return std::filesystem::path(std::u8string(text.begin(), text.end()));
}

std::string to_text(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

}  // namespace

role::role(std::string_view name, function play) {
    if (!roles().emplace(name, play).second) std::abort();  // two roles of one name
}

int play(bootstrap& from) {
    const auto found = roles().find(from.note);
    if (found == roles().end()) return 99;
    obey_lifeline(std::move(from.lifeline), std::move(from.parent_process));
    return found->second(from);
}

spawn_spec as_role(const std::string& name, std::vector<std::string> arguments) {
    spawn_spec spec;
    spec.executable = executable_path();
    spec.arguments = std::move(arguments);
    spec.arguments.insert(spec.arguments.begin(), "platform-tests");
    spec.environment = environment();
    spec.note = name;
    return spec;
}

test_child::~test_child() {
    if (reaped_) return;
    send_request(started_.child, request::kill);
    reap(started_.child, std::nullopt);
}

exit_status test_child::wait() {
    const std::optional<exit_status> status = reap(started_.child, std::nullopt);
    reaped_ = true;
    return status.value();
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

io_result write(handle_t channel, std::string_view text, handle_t peer, deadline until) {
    const std::span<const std::byte> part = bytes_of(text);
    return channel_write(channel, {&part, 1}, peer, until);
}

void send_text(handle_t channel, std::string_view text) {
    const std::uint64_t size = text.size();
    const std::span<const std::byte> parts[] = {std::as_bytes(std::span(&size, 1)), bytes_of(text)};
    if (channel_write(channel, parts, no_handle(), std::nullopt) != io_result::ok)
        throw std::runtime_error("the channel ended while text was sent");
}

std::string receive_text(handle_t channel, handle_t peer) {
    std::uint64_t size = 0;
    std::string text;
    io_result result = channel_read(channel, std::as_writable_bytes(std::span(&size, 1)), peer, std::nullopt);
    if (result == io_result::ok) {
        text.resize(size);
        result = channel_read(channel, std::as_writable_bytes(std::span(text)), peer, std::nullopt);
    }
    if (result != io_result::ok) throw std::runtime_error("the channel ended while text was expected");
    return text;
}

bool reaches_end(handle_t channel) {
    std::byte unexpected{};
    return channel_read(channel, {&unexpected, 1}, no_handle(), std::nullopt) == io_result::end;
}

temporary_folder::temporary_folder() {
    const std::string name = "brood test \xC3\xA4\xE6\xBC\xA2 " + std::to_string(std::random_device()());
    path_ = to_text(std::filesystem::temp_directory_path() / to_path(name));
    std::filesystem::create_directories(to_path(path_));
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(to_path(path_), ignored);
}

std::string temporary_folder::file(std::string_view name) const { return to_text(to_path(path_) / to_path(name)); }

std::string content_of(const std::string& path) {
    const unique_handle file = open_file(path, {.read = true});
    std::string content(seek_file(file.get(), 0, seek_from::end), '\0');
    seek_file(file.get(), 0, seek_from::begin);
    const std::size_t got = read_file(file.get(), std::as_writable_bytes(std::span(content)));
    content.resize(got);
    return content;
}

void make_file(const std::string& path, std::string_view content) {
    write_file(open_file(path, {.write = true, .create = true, .truncate = true}).get(), bytes_of(content));
}

}  // namespace platform_test
