// SPDX-License-Identifier: MIT
// What the tool itself is made of.
#include "findings.hpp"

#include <brood/config.hpp>
#include <brood/native/machine.hpp>

#include <boost/version.hpp>
#include <cereal/version.hpp>
#include <CLI/Version.hpp>

namespace tool {
namespace {

std::string hexadecimal(const std::string& bytes) {
    std::string text;
    for (const char one : bytes) {
        constexpr const char* digits = "0123456789abcdef";
        text += digits[static_cast<unsigned char>(one) >> 4];
        text += digits[static_cast<unsigned char>(one) & 15];
    }
    return text;
}

std::string dotted(int major, int minor, int patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

finding compiler() {
#ifdef __clang__
    const std::string name = "clang " __clang_version__;
#else
    const std::string name = "g++ " __VERSION__;
#endif
    return {"Build",
            "compiler",
            health::good,
            name,
            "A program may be compiled by another one; parent and child are always the same file.",
            name};
}

finding build_id() {
    const std::string id = hexadecimal(brood::native::describe_machine().program_build_id);
    return {"Build",
            "build_id",
            health::good,
            id,
            "By such an id a child knows that it is the same build as its parent: link programs with --build-id.",
            id};
}

finding libraries() {
    const std::string cereal = dotted(CEREAL_VERSION_MAJOR, CEREAL_VERSION_MINOR, CEREAL_VERSION_PATCH);
    const std::string boost = dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
    const std::string json =
        dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
    return {"Build",
            "libraries",
            health::good,
            "brood " BROOD_VERSION ", cereal " + cereal + ", Boost.PFR of Boost " + boost +
                ", CLI11 " CLI11_VERSION ", nlohmann-json " + json,
            "A program that uses brood needs cereal's headers and Boost.PFR's; the others are this tool's own.",
            {{"brood", BROOD_VERSION},
             {"cereal", cereal},
             {"boost", boost},
             {"cli11", CLI11_VERSION},
             {"nlohmann-json", json}}};
}

}  // namespace

std::vector<finding> look_at_build() { return {compiler(), build_id(), libraries()}; }

}  // namespace tool
