// SPDX-License-Identifier: MIT
// The Pythons of this machine.
#pragma once

#include "program.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace brood_test {

struct python {
    std::filesystem::path path;
    int minor = 0;  // of version 3
};

// One of each version from 3.6 on that is found: in PATH, and where pyenv keeps them. May be empty.
const std::vector<python>& pythons();
// Starts a script of this folder with it.
program run_python(const python& with, const std::string& script, std::vector<std::string> arguments);
// Blocks until it has written that many lines, and gives the last of them; throws when it ended before.
std::string line_of(program& from, std::size_t number);
// Waits for the end; what it wrote, with its errors when the exit code was not 0.
std::string outcome(program& of);

}  // namespace brood_test
