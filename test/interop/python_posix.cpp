// SPDX-License-Identifier: MIT
#include "python.hpp"

#include "waiting.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace brood_test {

namespace fs = std::filesystem;

namespace {

void add_folder(std::vector<fs::path>& candidates, const fs::path& folder) {
    std::error_code none;
    for (const auto& name : {"python3", "python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11",
                             "python3.12", "python3.13", "python3.14", "python3.15"})
        if (fs::exists(folder / name, none)) candidates.push_back(folder / name);
}

std::vector<fs::path> candidates() {
    std::vector<fs::path> found;
    const char* root = std::getenv("PYENV_ROOT");
    const char* home = std::getenv("HOME");
    const fs::path pyenv = root != nullptr ? fs::path(root) : fs::path(home != nullptr ? home : "") / ".pyenv";
    std::error_code none;
    for (const auto& version : fs::directory_iterator(pyenv / "versions", none))
        add_folder(found, version.path() / "bin");
    add_folder(found, "/usr/local/bin");
    add_folder(found, "/usr/bin");
    std::istringstream path(std::getenv("PATH") != nullptr ? std::getenv("PATH") : "");
    for (std::string folder; std::getline(path, folder, ':');)
        if (folder.find("shims") == folder.npos && !folder.empty()) add_folder(found, folder);
    return found;
}

// The minor version; 0 for what does not run or is too old.
int version_of(const fs::path& path) {
    try {
        program asked(path, {"-c", "import sys; print(sys.version_info[1])"});
        if (!asked.wait().success()) return 0;
        const int minor = std::stoi(asked.output());
        return minor >= 6 ? minor : 0;
    } catch (const std::exception&) {
        return 0;
    }
}

std::vector<python> find_pythons() {
    std::map<int, python> by_version;
    for (const auto& path : candidates())
        if (const int minor = version_of(path)) by_version.emplace(minor, python{path, minor});
    std::vector<python> all;
    for (const auto& [minor, one] : by_version) all.push_back(one);
    return all;
}

}  // namespace

const std::vector<python>& pythons() {
    static const std::vector<python> found = find_pythons();
    return found;
}

program run_python(const python& with, const std::string& script, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), BROOD_TEST_SOURCE_DIR "/interop/" + script);
    return program(with.path, std::move(arguments));
}

std::string line_of(program& from, std::size_t number) {
    std::string text;
    const bool came = comes_true([&] {
        text = from.output();
        return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) >= number || is_gone(from.pid());
    });
    std::istringstream lines(text);
    std::string line;
    std::size_t have = 0;
    while (have < number && std::getline(lines, line)) ++have;
    if (!came || have < number) throw std::runtime_error("no line from Python: " + from.errors());
    return line;
}

std::string outcome(program& of) {
    const auto status = of.wait();
    return status.success() ? of.output() : of.output() + of.errors() + status.to_string();
}

}  // namespace brood_test
