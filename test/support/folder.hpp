// SPDX-License-Identifier: MIT
// Files that last as long as a test.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace brood_test {

// A folder with blanks and letters of other alphabets in its name, removed with all that is in it.
class temporary_folder {
public:
    temporary_folder();
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder();
    const std::filesystem::path& path() const noexcept { return path_; }
    std::filesystem::path operator/(std::string_view name) const;

private:
    std::filesystem::path path_;
};

std::filesystem::path from_utf8(std::string_view text);
std::string to_utf8(const std::filesystem::path& path);

// All of a file, with LF line ends; empty if there is none.
std::string read_text(const std::filesystem::path& path);
void write_text(const std::filesystem::path& path, std::string_view text);

}  // namespace brood_test
