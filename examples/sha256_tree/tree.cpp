// SPDX-License-Identifier: MIT
#include "tree.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <system_error>
#include <utility>

namespace fs = std::filesystem;

namespace {

// Opening a file costs about as much as hashing this many bytes.
constexpr std::uint64_t cost_of_opening = 8 * 1024;

void list_folder(const fs::path& folder, tree& into, std::vector<fs::path>& folders) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::error_code ignored;  // an entry that has just gone is none
        const fs::file_status status = entry->symlink_status(ignored);
        if (fs::is_directory(status)) folders.push_back(entry->path());
        if (!fs::is_regular_file(status)) continue;
        const std::uint64_t size = entry->file_size(ignored);
        into.files.push_back({entry->path(), ignored ? 0 : size});
    }
    if (error) into.problems.push_back(to_utf8(folder) + ": " + error.message());
}

}  // namespace

std::string to_utf8(const fs::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

tree list_tree(const fs::path& top) {
    if (!fs::is_directory(top))
        throw fs::filesystem_error("not a directory", top, std::make_error_code(std::errc::not_a_directory));
    tree all;
    for (std::vector<fs::path> folders = {top}; !folders.empty();) {
        const fs::path folder = std::move(folders.back());
        folders.pop_back();
        list_folder(folder, all, folders);
    }
    std::sort(all.files.begin(), all.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    for (const tree_file& one : all.files) all.bytes += one.size;
    return all;
}
