// SPDX-License-Identifier: MIT
// Runs a program by the system's own means, so that tests can look at it from outside, and kill it.
#pragma once

#include "folder.hpp"

#include <brood/error.hpp>
#include <brood/exit_status.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace brood_test {

struct run_options {
    std::map<std::string, std::string> environment = {};  // added to this process's
    std::filesystem::path directory = {};                 // empty: this process's
};

// A session whose memory can be filled: 16 MiB.
inline run_options small_session() { return {.environment = {{"BROOD_ARENA_SIZE", "16777216"}}}; }

// A running program. Its standard output and error go to files of its own. Killed and waited for at the latest when it
// goes out of scope.
class program {
public:
    // A path without a directory is looked up in PATH.
    program(const std::filesystem::path& path, std::vector<std::string> arguments, run_options options = {});
    program(program&&) noexcept;
    program& operator=(program&&) = delete;
    ~program();

    brood::process_id pid() const;
    // At once, as by kill -9.
    void kill();
    // Blocks until it ended.
    brood::exit_status wait();
    // What it wrote so far; LF line ends.
    std::string output() const;
    std::string errors() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

// The path of the running test program, and of a program of test/subjects.
std::filesystem::path this_program();
std::filesystem::path subject(const std::string& name);

// The process that made this one: its parent, or on POSIX the fork server. 0 where the system does not tell.
brood::process_id maker_of_this_process();

// Processes can be marked by a variable of their environment, to be found again wherever they went.
inline constexpr const char* mark_variable = "BROOD_TEST_MARK";
std::string new_mark();
// How many processes with that mark run; 0 where the system does not tell.
std::size_t marked_processes(const std::string& mark);

// Fewer repetitions where a start is slow.
int rounds(int usual);

// Whether no process of that number runs.
bool is_gone(brood::process_id pid);
// Ends any process at once.
void kill_process(brood::process_id pid);

}  // namespace brood_test
