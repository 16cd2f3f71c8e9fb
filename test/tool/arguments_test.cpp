// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "run_tool.hpp"

TEST_CASE("bad arguments give exit code 2 and one clear sentence") {
    const std::vector<std::vector<std::string>> bad = {
        {},
        {"no_such_command"},
        {"tour", "--no-such-option"},
        {"bench", "--runs", "0"},
        {"bench", "--runs", "many"},
        {"bench", "--format", "xml"},
        {"bench", "--filter"},
        {"bench", "--compare"},
        {"doctor", "--format", "html"},
        {"doctor", "argument"},
        {"top", "argument"},
        {"top", "--interval", "0"},
        {"top", "--format", "html"},
        {"check"},
        {"check", "--limit", "0", "program"},
        {"check", "--format", "xml", "program"},
        {"check", "--no-such-option", "value", "program"},
    };
    for (const auto& arguments : bad) {
        const auto output = run_tool(arguments);
        INFO(output.text);
        CHECK(output.code == 2);
        CHECK(one_sentence(output.text));
        CHECK(contains(output.text, "'brood --help'"));
    }
}

TEST_CASE("the version is the library's") {
    const auto output = run_tool({"--version"});
    CHECK(output.code == 0);
    CHECK(output.text == std::string("brood ") + BROOD_VERSION + "\n");
}

TEST_CASE("help names the commands") {
    const auto output = run_tool({"--help"});
    CHECK(output.code == 0);
    CHECK(contains(output.text, "tour"));
    CHECK(contains(output.text, "bench"));
    CHECK(contains(output.text, "check"));
    CHECK(contains(output.text, "doctor"));
    CHECK(contains(output.text, "top"));
}
