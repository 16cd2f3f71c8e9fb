// SPDX-License-Identifier: MIT
// The files of a directory tree.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

struct tree_file {
    std::filesystem::path path;
    std::uint64_t size = 0;
};

struct tree {
    std::vector<tree_file> files;       // regular files; symbolic links are not followed
    std::vector<std::string> problems;  // what could not be looked at, and why
    std::uint64_t bytes = 0;
};

// All below `top`, in the order of the names. Throws std::filesystem::filesystem_error when `top` is no directory.
tree list_tree(const std::filesystem::path& top);

// UTF-8 on every system.
std::string to_utf8(const std::filesystem::path& path);
