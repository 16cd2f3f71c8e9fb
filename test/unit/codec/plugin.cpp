// SPDX-License-Identifier: MIT
#include "plugin.hpp"

#include "platform/platform.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace plugin {
namespace {

// Removed when the program ends, where the system allows it: it may still be loaded.
struct folder {
    std::filesystem::path path = std::filesystem::temp_directory_path() /
                                 ("brood-plugins-" + std::to_string(brood::platform::current_process_id()));
    folder() { std::filesystem::create_directories(path); }
    ~folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

}  // namespace

std::string copy(const std::string& name, const std::string& as) {
    static const folder home;
    const auto from = std::filesystem::path(path(name));
    const auto to = home.path / (as + from.extension().string());
    std::filesystem::copy_file(from, to, std::filesystem::copy_options::overwrite_existing);
    return to.string();
}

}  // namespace plugin
