// SPDX-License-Identifier: MIT
// The test program is its own child: started with the name of a role as the bootstrap note, it plays that role instead
// of running tests.
#pragma once

#include "platform/platform.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace platform_test {

using namespace brood::platform;
using brood::exit_status;

// Names what a child does; the result of `play` is its exit code. The lifeline is already obeyed. Namespace scope only.
struct role {
    using function = int (*)(bootstrap& from);
    role(std::string_view name, function play);
};

// Arguments of this program, argv[0] first, for roles.
const std::vector<std::string>& arguments();
// Those of main, in UTF-8; written for each system.
std::vector<std::string> given_arguments(int argc, char** argv);
// How many handles this process has open.
std::size_t open_handles();
// Whether the system keeps its promise of set_memory_limit().
bool memory_limits_hold();
// What the process found at its start; main() plays the role in it.
std::optional<bootstrap>& found_at_start();
int play(bootstrap& from);

// A specification that starts this program in a role.
spawn_spec as_role(const std::string& name, std::vector<std::string> arguments = {});

// A child that is killed and reaped at the latest when it goes out of scope.
class test_child {
public:
    explicit test_child(const spawn_spec& spec) : started_(spawn_process(spec)) {}
    explicit test_child(const std::string& role_name) : test_child(as_role(role_name)) {}
    test_child(const test_child&) = delete;
    test_child& operator=(const test_child&) = delete;
    ~test_child();

    child& process() { return started_.child; }
    handle_t handle() const { return started_.child.process.get(); }
    handle_t channel() const { return started_.channel.get(); }
    void close_channel() { started_.channel.reset(); }
    void request_end(request what) { send_request(started_.child, what); }
    exit_status wait();

private:
    spawned started_;
    bool reaped_ = false;
};

std::span<const std::byte> bytes_of(std::string_view text);
io_result write(handle_t channel, std::string_view text, handle_t peer = no_handle(), deadline until = {});

// Text with its length in front of it.
void send_text(handle_t channel, std::string_view text);
// The text that send_text() sent; throws std::runtime_error at the end of the channel.
std::string receive_text(handle_t channel, handle_t peer = no_handle());
// Blocks until the other side has closed its end; anything that it sends fails the test.
bool reaches_end(handle_t channel);

inline std::uint64_t to_number(handle_t handle) { return (std::uint64_t)(std::uintptr_t)handle; }
inline handle_t to_handle(std::uint64_t number) { return (handle_t)(std::uintptr_t)number; }

inline deadline in_the_past() { return std::chrono::steady_clock::now() - std::chrono::seconds(1); }
inline deadline soon() { return std::chrono::steady_clock::now() + std::chrono::milliseconds(30); }

// A folder that is removed with all that is in it.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    // UTF-8 path of a file in it.
    std::string file(std::string_view name) const;

private:
    std::string path_;
};

std::string content_of(const std::string& path);
void make_file(const std::string& path, std::string_view content);

}  // namespace platform_test
