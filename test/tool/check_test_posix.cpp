// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "layout.hpp"
#include "run_tool.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using nlohmann::json;

std::string drift(const std::string& name) { return BROOD_TEST_DRIFT_DIR "/" + name; }

tool::program_output check(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"check", "--folder", "none"});
    return run_tool(std::move(arguments));
}

json checked(const std::string& program, int code) {
    const auto output = check({"--format", "json", program});
    INFO(output.text);
    REQUIRE(output.code == code);
    return json::parse(output.text);
}

json variable(const json& result, const std::string& name) {
    for (const json& one : result.at("variables"))
        if (one.at("name") == name) return one;
    FAIL("there is no variable " << name << " in " << result.at("variables").dump());
    return {};
}

void check_variable(const json& result, const std::string& name, const std::string& parent, const std::string& child) {
    const json one = variable(result, name);
    INFO(one.dump());
    CHECK(one.at("parent") == parent);
    CHECK(one.at("child") == child);
    CHECK(one.at("line").get<int>() > 0);
    CHECK(one.at("methods") == json({"spawn", "forkserver"}));
}

// What a child did with it; a machine without watchpoints says so.
void check_use(const json& one, const std::string& use) {
    INFO(one.dump());
    CHECK((one.at("use") == use || (one.at("use") == "unknown" && !one.at("use_note").get<std::string>().empty())));
}

bool has_difference(const json& result, const std::string& kind, const std::string& method) {
    for (const json& one : result.at("differences"))
        if (one.at("kind") == kind && one.at("method") == method) return true;
    return false;
}

bool inherits(const json& result, const std::string& kind, const std::string& what, const std::string& note) {
    for (const json& one : result.at("inherited"))
        if (one.at("kind") == kind && one.at("what") == what && contains(one.at("note"), note)) return true;
    return false;
}

}  // namespace

TEST_CASE("check finds nothing wrong with a program that keeps to the rules") {
    const json result = checked(drift("well_behaved"), 0);
    INFO(result.dump(2));
    CHECK(result.at("same").get<bool>());
    CHECK(result.at("variables").empty());
    CHECK(result.at("differences").empty());
    CHECK(result.at("variables_compared").get<int>() >= 8);
    CHECK(result.at("starts_compared").get<int>() == 6);
    REQUIRE(result.at("runs").size() == 3);
    for (const json& run : result.at("runs")) {
        CHECK(run.at("children").size() == 3);
        CHECK(run.at("exit_code") == 0);
    }
}

TEST_CASE("check names a global that main changes, with both values, the line and whether a child read it") {
    const json result = checked(drift("changed_global"), 1);
    check_variable(result, "setting", "\"changed by main\"", "\"as written\"");
    CHECK(contains(variable(result, "setting").at("cause"), "changed since the process began its work"));
    check_use(variable(result, "setting"), "read");
    check_variable(result, "unused", "2", "1");
    check_use(variable(result, "unused"), "not used");
    CHECK(has_difference(result, "output", "fork"));
    CHECK(!has_difference(result, "output", "forkserver"));
}

TEST_CASE("check tells a value that an initialiser sets anew in the child from one that main sets") {
    const json val = variable(checked(drift("changed_global"), 1), "val");
    INFO(val.dump());
    CHECK(val.at("parent") != val.at("child"));
    CHECK(std::stod(val.at("parent").get<std::string>()) < 1);
    CHECK(contains(val.at("cause"), "set at start-up by an initialiser"));
    CHECK(contains(val.at("file"), "changed_global.cpp"));
    CHECK(contains(check({drift("changed_global")}).text, "`val` at changed_global.cpp:"));
}

TEST_CASE("check sees that a lazily built cache is empty in the child") {
    const json result = checked(drift("lazy_cache"), 1);
    check_variable(result, "known.entries", "3 elements", "0 elements");
    check_use(variable(result, "known.entries"), "read");
}

TEST_CASE("check lists the files that a static object opened, and compares what was written") {
    const json result = checked(drift("static_file"), 1);
    INFO(result.dump(2));
    CHECK(has_difference(result, "files", "fork"));
    CHECK(inherits(result, "file", "journal.txt", "opened it again"));
    CHECK(inherits(result, "file", "later.txt", "not in a spawned one"));
    check_variable(result, "later", "open", "closed");
    CHECK(result.at("runs").at(0).at("files").contains("journal.txt"));
}

TEST_CASE("check shows what a pool of threads in a static does under each start method") {
    const json result = checked(drift("static_threads"), 1);
    INFO(result.dump(2));
    CHECK(has_difference(result, "exit code", "fork"));
    CHECK(has_difference(result, "children", "fork"));
    check_variable(result, "pool.threads_", "2 elements", "0 elements");
    CHECK(inherits(result, "thread", "2 other threads of the parent", "fork is refused"));
}

TEST_CASE("check sees a change of the environment that an initialiser of the child reads") {
    const json result = checked(drift("environment"), 1);
    check_variable(result, "mode", "\"unset\"", "\"fast\"");
    CHECK(has_difference(result, "output", "fork"));
}

TEST_CASE("check looks behind the pointers of singletons") {
    const json result = checked(drift("singleton"), 1);
    check_variable(result, "instance", "an object of type configuration", "null");
    check_variable(result, "owned->level", "7", "1");
}

TEST_CASE("check sees the static of a function") {
    const json result = checked(drift("static_local"), 1);
    check_variable(result, "next_number()::last", "102", "100");
    CHECK(contains(variable(result, "next_number()::last").at("cause"), "a static of a function"));
}

TEST_CASE("check looks into the user's shared libraries, and at the children of children") {
    const json result = checked(drift("uses_library_posix"), 1);
    check_variable(result, "requests", "11", "10");
    CHECK(contains(variable(result, "requests").at("module"), "libdrift_counters"));
    CHECK(contains(variable(result, "requests").at("file"), "counters.cpp"));
    check_variable(result, "depth", "1", "0");
    CHECK(contains(variable(result, "depth").at("cause"), "changed since the process began its work"));
}

TEST_CASE("check names a lock that is held when a child is started") {
    const json result = checked(drift("held_lock"), 1);
    INFO(result.dump(2));
    CHECK(inherits(result, "lock", "savings", "held when a child was started"));
    CHECK(has_difference(result, "output", "fork"));
    CHECK(result.at("variables").empty());
}

TEST_CASE("check runs a Windows build beside the others") {
    const std::filesystem::path build = BROOD_TEST_DRIFT_DIR "/../../..";
    const auto program = build / "mingw" / "test" / "drift" / "well_behaved.exe";
    if (!std::filesystem::exists(program) || !std::filesystem::exists(build / "wine" / "ready")) {
        MESSAGE("no Windows build was run: there is none beside this one, or no Wine was set up");
        return;
    }
    static std::string prefix = "WINEPREFIX=" + std::filesystem::canonical(build / "wine").string();
    putenv(prefix.data());
    const auto output = check({"--format", "json", "--windows", program.string(), drift("well_behaved")});
    INFO(output.text);
    REQUIRE(output.code == 0);
    const json result = json::parse(output.text);
    REQUIRE(result.at("runs").size() == 4);
    CHECK(result.at("runs").at(3).at("method") == "windows");
    CHECK(result.at("runs").at(3).at("children") == result.at("runs").at(0).at("children"));
}

TEST_CASE("check names variables from the symbol table when there is no debug information") {
    const tool::temporary_folder folder;
    const auto copy = folder.path() / "static_local";
    REQUIRE(tool::run_program({.arguments = {"strip", "-g", "-o", copy.string(), drift("static_local")}}).code == 0);
    const json result = checked(copy.string(), 1);
    INFO(result.dump(2));
    CHECK(variable(result, "next_number()::last").at("parent") == "102");
    CHECK(contains(result.at("notes").dump(), "compile with -g"));
}

TEST_CASE("check of the tour's programs says what the tour says") {
    const auto tour = [](const std::string& name) -> std::string {
        return tool::to_utf8(::tool::layout::here().tool.parent_path().parent_path() / "lib" / "brood" / "tour" / name);
    };
    const json random = checked(tour("random_value"), 1);
    CHECK(contains(variable(random, "value").at("cause"), "set at start-up by an initialiser"));
    check_variable(random, "setting", "\"changed by main\"", "\"as written in the source\"");
    CHECK(contains(random.at("notes").dump(), "numbers in the output differ from run to run"));
    CHECK(checked(tour("simple_function"), 0).at("same").get<bool>());
    CHECK(checked(tour("object_method"), 0).at("same").get<bool>());
    CHECK(has_difference(checked(tour("initialisers"), 1), "output", "fork"));
    CHECK(has_difference(checked(tour("missing_guard"), 1), "exit code", "fork"));
}

TEST_CASE("each run gets a fresh copy of the folder and the program's own arguments") {
    const tool::temporary_folder folder;
    std::ofstream(folder.path() / "kept.txt") << "kept\n";
    const auto output = run_tool({"check", "--folder", folder.path().string(), "--format", "json", drift("static_file"),
                                  "--unknown-option", "value"});
    INFO(output.text);
    REQUIRE(output.code == 1);
    const json result = json::parse(output.text);
    CHECK(result.at("command").size() == 3);
    CHECK(!result.at("runs").at(0).at("files").contains("kept.txt"));
    CHECK(!std::filesystem::exists(folder.path() / "journal.txt"));
}

TEST_CASE("check answers what it cannot check with one sentence and exit code 2") {
    const tool::temporary_folder folder;
    const auto stripped = folder.path() / "stripped";
    REQUIRE(tool::run_program({.arguments = {"strip", "-o", stripped.string(), drift("static_local")}}).code == 0);
    std::ofstream(folder.path() / "text") << "no program\n";
    const std::vector<std::pair<std::vector<std::string>, std::string>> bad = {
        {{"/no/such/program"}, "there is no file"},
        {{(folder.path() / "text").string()}, "is not a program"},
        {{stripped.string()}, "is stripped"},
        {{BROOD_TEST_DRIFT_DIR "/../subjects/plain"}, "does not use brood"},
        {{"--windows", "/no/such/program.exe", drift("static_local")}, "there is no file"},
        {{"--output", "/no/such/folder/file", drift("well_behaved")}, "cannot write"},
    };
    for (const auto& [arguments, words] : bad) {
        const auto output = check(arguments);
        INFO(output.text);
        CHECK(output.code == 2);
        CHECK(one_sentence(output.text));
        CHECK(contains(output.text, words));
    }
}
