// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "platform/process_image.hpp"
#include "sanitizer.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace {

namespace platform = brood::platform;

alignas(8) volatile std::uint64_t watched = 1;

std::string picture_of_this_process() {
    const auto file =
        std::filesystem::temp_directory_path() / ("brood-picture-" + std::to_string(platform::current_process_id()));
    platform::write_process_image(file.string(), "brood-picture 1\nhead line\n");
    std::string text;
    {
        std::ifstream input(file, std::ios::binary);
        text.assign(std::istreambuf_iterator<char>(input), {});
    }
    std::filesystem::remove(file);
    return text;
}

}  // namespace

// A sanitizer's own memory must not be read.
TEST_CASE("the picture of a process begins with its head and names the program" *
          doctest::skip(!brood_test::faults_are_recorded)) {
    const std::string text = picture_of_this_process();
    CHECK(text.starts_with("brood-picture 1\nhead line\n"));
    CHECK(text.find(" program ") != text.npos);
    CHECK(text.find("\nbytes\n") != text.npos);
    CHECK(text.find("\nthreads ") != text.npos);
}

TEST_CASE("counted accesses tell reads from writes, or a typed error says that there are no watchpoints") {
    try {
        const platform::access_counter counter(const_cast<const std::uint64_t*>(&watched), sizeof watched);
        std::uint64_t sum = 0;
        for (int i = 0; i < 5; ++i) sum += watched;
        watched = sum;
        const auto seen = counter.read();
        CHECK(seen.all == 6);
        CHECK(seen.writes == 1);
    } catch (const std::system_error& error) {
        MESSAGE("no watchpoints here: " << std::string(error.what()));
    }
}

TEST_CASE("a variable that is taken from the environment is gone from it") {
    CHECK(platform::take_variable("BROOD_TEST_NO_SUCH_VARIABLE").empty());
    static char entry[] = "BROOD_TEST_TAKEN=value";
    putenv(entry);
    CHECK(platform::take_variable("BROOD_TEST_TAKEN") == "value");
    CHECK(std::getenv("BROOD_TEST_TAKEN") == nullptr);
}
