// SPDX-License-Identifier: MIT
// `brood top` on a terminal.
#include <doctest/doctest.h>

#include "run_tool.hpp"

#include <brood/native/limits.hpp>

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <unistd.h>

namespace {

class terminal {
public:
    terminal() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        REQUIRE(master_ >= 0);
        REQUIRE(::grantpt(master_) == 0);
        REQUIRE(::unlockpt(master_) == 0);
        REQUIRE(::ptsname_r(master_, path_.data(), path_.size()) == 0);
    }
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;
    ~terminal() { ::close(master_); }

    std::filesystem::path path() const { return path_.data(); }
    // Until so many tables were drawn, each over the one before.
    std::string read_tables(std::size_t tables) const {
        std::string shown;
        std::array<char, 4096> some{};
        while (count(shown, "\033[H\033[2J") <= tables) {
            const auto size = ::read(master_, some.data(), some.size());
            if (size <= 0) break;
            shown.append(some.data(), static_cast<std::size_t>(size));
        }
        return shown;
    }

private:
    int master_;
    std::array<char, 100> path_{};
};

int run_top() {
    return static_cast<int>(
        brood::native::spawn_wait({std::getenv("BROOD_TOOL"), "top", "--interval", "0.1"}).status.code());
}
int doubled_number(int x) { return 2 * x; }

}  // namespace

TEST_CASE("top draws a table over the last one until its terminal is gone") {
    std::optional<terminal> screen(std::in_place);
    brood::pool pool({.workers = 1, .name = "top's live pool"});
    pool.apply(doubled_number, 1);
    brood::process watcher({.start_method = brood::start_method::spawn, .stdout_to = screen->path()}, run_top);
    watcher.start();
    const std::string before = screen->read_tables(2);
    INFO(before);
    CHECK(count(before, "top's live pool") >= 2);
    CHECK(contains(before, "1 ended"));
    pool.apply(doubled_number, 2);
    CHECK(contains(screen->read_tables(3), "2 ended"));
    screen.reset();
    watcher.join();
    CHECK(watcher.exit_code() == 0);
}
