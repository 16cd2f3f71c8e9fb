// SPDX-License-Identifier: MIT
#pragma once

#include "layout.hpp"
#include "run_tool.hpp"

#include <optional>
#include <string>

// The page as a browser sees it once it is loaded; nothing when there is no browser here. Chromium's own words go to
// standard error, which stands in the same text.
inline std::optional<std::string> opened_in_browser(const std::filesystem::path& page) {
    const tool::temporary_folder profile;
    for (const std::string name : {"chromium", "chromium-browser", "google-chrome"}) {
        const auto output = tool::run_program(
            {.arguments = {name, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                           "--disable-background-networking", "--disable-component-update", "--disable-sync",
                           "--user-data-dir=" + tool::to_utf8(profile.path()), "--dump-dom",
                           "file://" + tool::to_utf8(page)},
             .directory = {},
             .environment = {},
             .limit = std::chrono::minutes(2)});
        if (output.code == 0) return output.text;
    }
    return std::nullopt;
}

// One file: nothing is fetched from elsewhere, and there is no script.
inline bool stands_alone(const std::string& html) {
    return !contains(html, "src=") && !contains(html, "href=") && !contains(html, "<script") && !contains(html, "url(");
}
