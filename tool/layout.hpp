// SPDX-License-Identifier: MIT
// Where the tool finds what belongs to it: beside itself, in a build tree as after installation.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tool {

// UTF-8 on every system.
std::string to_utf8(const std::filesystem::path& path);
std::filesystem::path from_utf8(const std::string& text);

struct layout {
    std::filesystem::path tool;      // this program
    std::filesystem::path programs;  // lib/brood
    std::filesystem::path data;      // share/brood
    std::filesystem::path headers;   // include

    // Of the running tool.
    static layout here();

    // The path of lib/brood/GROUP/NAME, with the suffix that programs have here.
    std::filesystem::path program(const std::string& group, const std::string& name) const;
    // The folders that a compiler needs to compile a program that uses brood; empty when there are no headers.
    std::vector<std::string> include_directories() const;
};

// All of a text file; empty when it cannot be read.
std::string read_text(const std::filesystem::path& path);

// A new empty folder below the system's folder for temporary files; removed with all that is in it by the destructor.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace tool
