// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "layout.hpp"
#include "run_tool.hpp"

#include <filesystem>

namespace {

using brood::start_method;

// The whole tour, run once: starting programs takes long on some systems.
const tool::program_output& whole_tour() {
    static const tool::program_output output = run_tool({"tour", "--plain"});
    return output;
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    const std::size_t from = text.find(begin);
    if (from == std::string::npos) return "";
    return text.substr(from, text.find(end, from + begin.size()) - from);
}

// What the tour shows of one scenario under one start method.
std::string shown(const std::string& scenario, start_method method) {
    const std::string part = between(whole_tour().text, "  " + scenario + "\n", "\n\n\n");
    return between(part, "[" + std::string(brood::to_string(method)) + "]", "\n[");
}

std::string shown_if_available(const std::string& scenario, start_method method, bool& run) {
    const std::string text = shown(scenario, method);
    run = available(method);
    if (!run) CHECK(contains(text, "This system has no " + std::string(brood::to_string(method))));
    return text;
}

void check_count(const std::string& scenario, start_method method, const std::string& line, std::size_t expected) {
    bool run = false;
    const std::string text = shown_if_available(scenario, method, run);
    INFO(text);
    if (run) CHECK(count(text, line) == expected);
}

}  // namespace

TEST_CASE("every scenario of the tour behaves as described on this system") {
    INFO(whole_tour().text);
    CHECK(whole_tour().code == 0);
    CHECK_FALSE(contains(whole_tour().text, "WRONG"));
    CHECK(contains(whole_tour().text, "each as described."));
}

TEST_CASE("the tour titles its columns by what their users see") {
    CHECK(contains(shown("initialisers", start_method::fork), "what Linux users used to see"));
    CHECK(contains(shown("initialisers", start_method::spawn), "what Windows and macOS users see"));
}

TEST_CASE("the tour shows a simple function finishing under each method") {
    for (const auto method : {start_method::fork, start_method::spawn, start_method::forkserver})
        check_count("simple_function", method, "Finishing simple function", 1);
}

TEST_CASE("the tour shows initialisers once for fork, with the server for forkserver, and for each spawned child") {
    check_count("initialisers", start_method::fork, "Initialising\n", 1);
    check_count("initialisers", start_method::forkserver, "Initialising\n", 2);
    check_count("initialisers", start_method::spawn, "Initialising\n", 4);
}

TEST_CASE("the tour shows one bootstrap error for a missing guard, and that fork works without") {
    for (const std::string scenario : {"missing_guard", "start_too_early"}) {
        check_count(scenario, start_method::fork, "Working\n", 1);
        check_count(scenario, start_method::spawn, "bootstrap_error: ", 1);
        check_count(scenario, start_method::spawn, "Working\n", 0);
        check_count(scenario, start_method::forkserver, "bootstrap_error: ", 1);
    }
}

TEST_CASE("the tour shows that a global changed by main reaches forked children alone") {
    check_count("random_value", start_method::fork, "setting: changed by main", 3);
    check_count("random_value", start_method::spawn, "setting: changed by main", 1);
    check_count("random_value", start_method::forkserver, "setting: changed by main", 1);
}

TEST_CASE("the tour shows the compiler's refusal of an open file with the name of the member") {
    const std::string part = between(whole_tour().text, "  open_file\n", "\n\n\n");
    INFO(part);
    CHECK(contains(part, "my_class"));
    CHECK(contains(part, "file"));
    CHECK(contains(part, "ofstream"));
    CHECK(contains(part, "static assertion failed"));
}

TEST_CASE("the tour shows that both cures of an open file write to the same file") {
    for (const std::string scenario : {"open_file_handle", "open_file_recreate"})
        for (const auto method : {start_method::fork, start_method::spawn, start_method::forkserver}) {
            check_count(scenario, method, "1.txt: line of the parent", 1);
            check_count(scenario, method, "1.txt: line of the child", 1);
        }
}

TEST_CASE("the tour names its scenarios") {
    const auto listed = run_tool({"tour", "--list"});
    CHECK(listed.code == 0);
    for (const std::string name : {"simple_function", "initialisers", "missing_guard", "random_value", "object_method",
                                   "open_file", "same_everywhere", "start_cost"})
        CHECK(contains(listed.text, name + " "));
}

TEST_CASE("the tour runs only the scenarios that are named, and shows their source when asked") {
    const auto output = run_tool({"tour", "--plain", "--source", "object_method"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "1/1"));
    CHECK(contains(output.text, "struct my_class {"));
    CHECK_FALSE(contains(output.text, "Initialising"));
}

TEST_CASE("an unknown scenario gives exit code 2 and one sentence") {
    const auto output = run_tool({"tour", "no_such_scenario"});
    CHECK(output.code == 2);
    CHECK(one_sentence(output.text));
    CHECK(contains(output.text, "no_such_scenario"));
}

TEST_CASE("a scenario that does not behave as described gives exit code 1 and is named") {
    namespace fs = std::filesystem;
    const tool::temporary_folder prefix;  // a tool that was installed without its programs
    const fs::path original = tool::from_utf8(std::getenv("BROOD_TOOL"));
    fs::create_directory(prefix.path() / "bin");
    const fs::path copy = prefix.path() / "bin" / original.filename();
    fs::copy_file(original, copy);
    const auto output = tool::run_program({.arguments = {tool::to_utf8(copy), "tour", "--plain", "simple_function"}});
    INFO(output.text);
    CHECK(output.code == 1);
    CHECK(contains(output.text, "WRONG: not as described"));
    CHECK(contains(output.text, "simple_function under spawn"));
}
