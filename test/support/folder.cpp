// SPDX-License-Identifier: MIT
#include "folder.hpp"

#include <fstream>
#include <random>
#include <sstream>
#include <utility>

namespace brood_test {

namespace fs = std::filesystem;

fs::path from_utf8(std::string_view text) { return {std::u8string(text.begin(), text.end())}; }

std::string to_utf8(const fs::path& path) {
    const auto text = path.u8string();
    return {text.begin(), text.end()};
}

temporary_folder::temporary_folder() {
    const std::string name = "brood tests \xC3\xA4\xE6\xBC\xA2 " + std::to_string(std::random_device()());
    path_ = fs::canonical(fs::temp_directory_path()) / from_utf8(name);
    fs::create_directories(path_);
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

fs::path temporary_folder::operator/(std::string_view name) const { return path_ / from_utf8(name); }

std::string read_text(const fs::path& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();  // no exception: a file in /proc ends with its process
    std::string text = std::move(all).str();
    std::erase(text, '\r');
    return text;
}

void write_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

}  // namespace brood_test
