// SPDX-License-Identifier: MIT
// Starts a process while its static initialisers run: in itself and, as a child, again.
#include <brood/brood.hpp>

#include <cstdio>
#include <cstdlib>

namespace {

brood::start_method method() { return brood::parse_start_method(std::getenv("BROOD_TEST_START_METHOD")); }

struct early_starter {
    early_starter() {
        try {
            brood::process({.start_method = method()}, [] {}).start();
        } catch (const brood::bootstrap_error&) {
            std::fputs(brood::is_child() ? "refused in a child;" : "refused at first;", stderr);
            if (brood::is_child() && std::getenv("BROOD_TEST_INSIST") != nullptr) throw;
        }
    }
} starter;

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    try {
        brood::spawn({.start_method = method()}, [] {}).join();
        return 0;
    } catch (const brood::bootstrap_error& error) {
        std::printf("%s", error.what());
        return 11;
    }
}
