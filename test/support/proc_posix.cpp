// SPDX-License-Identifier: MIT
#include "proc.hpp"

#include "folder.hpp"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <filesystem>

namespace brood_test {

namespace fs = std::filesystem;

namespace {

bool is_fork_server(const fs::path& process) {
    return read_text(process / "cmdline").find("--brood-child=fork-server") != std::string::npos;
}

brood::process_id parent_of(const fs::path& process) {
    const std::string text = read_text(process / "stat");
    const auto name_end = text.rfind(')');
    return name_end == text.npos ? 0 : std::strtoll(text.c_str() + name_end + 4, nullptr, 10);
}

}  // namespace

bool has_proc() { return fs::exists("/proc/self/fd"); }

std::vector<brood::process_id> children_of(brood::process_id parent) {
    std::vector<brood::process_id> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto pid = std::strtoll(entry.path().filename().c_str(), nullptr, 10);
        if (pid > 0 && parent_of(entry.path()) == parent && !is_fork_server(entry.path())) found.push_back(pid);
    }
    return found;
}

std::map<int, fs::path> descriptors_of(brood::process_id pid) {
    std::map<int, fs::path> found;
    std::error_code gone;
    const fs::path folder = fs::path("/proc") / std::to_string(pid) / "fd";
    for (fs::directory_iterator each(folder, gone), end; each != end; each.increment(gone)) {
        const auto leads = fs::read_symlink(each->path(), gone);
        if (!gone) found.emplace(std::atoi(each->path().filename().c_str()), leads);
    }
    return found;
}

std::vector<int> open_descriptors() {
    std::vector<int> all;
    DIR* const directory = ::opendir("/proc/self/fd");
    while (const dirent* entry = ::readdir(directory)) {
        const int fd = std::atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != ::dirfd(directory)) all.push_back(fd);
    }
    ::closedir(directory);
    std::sort(all.begin(), all.end());
    return all;
}

std::size_t mappings() {
    const std::string text = read_text("/proc/self/maps");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

std::size_t threads() {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator()));
}

}  // namespace brood_test
