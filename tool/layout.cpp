// SPDX-License-Identifier: MIT
#include "layout.hpp"

#include <brood/native/terminal.hpp>

#include <fstream>
#include <iterator>
#include <random>
#include <stdexcept>

namespace tool {
namespace fs = std::filesystem;

std::string to_utf8(const fs::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

fs::path from_utf8(const std::string& text) { return fs::path(std::u8string(text.begin(), text.end())); }

layout layout::here() {
    layout found;
    found.tool = from_utf8(brood::native::program_path());
    const fs::path prefix = found.tool.parent_path().parent_path();
    found.programs = prefix / "lib" / "brood";
    found.data = prefix / "share" / "brood";
    found.headers = prefix / "include";
    return found;
}

fs::path layout::program(const std::string& group, const std::string& name) const {
    return programs / group / from_utf8(name + to_utf8(tool.extension()));
}

std::vector<std::string> layout::include_directories() const {
    if (fs::exists(headers / "brood" / "brood.hpp")) return {to_utf8(headers)};
    std::vector<std::string> directories;  // a build tree says where its headers are
    std::ifstream list(data / "tour" / "include_dirs.txt");
    for (std::string line; std::getline(list, line);)
        if (!line.empty()) directories.push_back(line);
    return directories;
}

std::string read_text(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

temporary_folder::temporary_folder() {
    std::random_device random;
    for (int attempt = 0; attempt < 100; ++attempt) {
        path_ = fs::temp_directory_path() / ("brood-" + std::to_string(random()));
        if (fs::create_directory(path_)) return;
    }
    throw std::runtime_error("no temporary folder can be made in " + to_utf8(fs::temp_directory_path()));
}

temporary_folder::~temporary_folder() {
    std::error_code ignored;  // a file that a killed program still holds stays until the system's next cleaning
    fs::remove_all(path_, ignored);
}

}  // namespace tool
