// SPDX-License-Identifier: MIT
// `brood trace` and `brood bench -- PROGRAM` on traces of a real program.
#include <doctest/doctest.h>

#include "browser.hpp"
#include "layout.hpp"
#include "run_tool.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace {

using nlohmann::json;
namespace fs = std::filesystem;

fs::path pooled() {
    fs::path program = tool::from_utf8(BROOD_TEST_SUBJECT_DIR) / "pooled";
    if (!fs::exists(program)) program += ".exe";
    return program;
}

// The trace that the program leaves.
fs::path traced(const tool::temporary_folder& folder, const std::string& kind, const std::string& count) {
    const auto file = folder.path() / "trace.json";
    const auto output = tool::run_program({.arguments = {tool::to_utf8(pooled()), kind, count},
                                           .directory = {},
                                           .environment = {{"BROOD_TRACE", tool::to_utf8(file)}}});
    INFO(output.text);
    REQUIRE(output.code == 0);
    return file;
}

json figures_of(const fs::path& file) {
    const auto output = run_tool({"trace", tool::to_utf8(file), "--format", "json"});
    INFO(output.text);
    REQUIRE(output.code == 0);
    return json::parse(output.text);
}

void write_trace_file(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

void check_refused(const tool::program_output& output) {
    INFO(output.text);
    CHECK(output.code == 2);
    CHECK(one_sentence(output.text));
}

}  // namespace

TEST_CASE("trace tells how long tasks ran and waited, by worker and by function") {
    const tool::temporary_folder folder;
    const auto file = traced(folder, "grind", "8");
    const json all = figures_of(file);
    CHECK(all["closed"] == true);
    CHECK(all["tasks"] == 8);
    CHECK(all["outcomes"] == json{{"ok", 8}});
    CHECK(all["workers"].size() == 2);
    CHECK(all["functions"].size() == 1);
    CHECK(all["functions"][0]["name"] == "grind");
    CHECK(all["functions"][0]["run"].get<double>() > 0);
    CHECK(all["run"].get<double>() <= all["seconds"].get<double>() * 2);
    CHECK(all["serialization_share"].get<double>() < 0.5);
    CHECK(all["longest"].size() == 8);
    const auto output = run_tool({"trace", tool::to_utf8(file)});
    INFO(output.text);
    CHECK(output.code == 0);
    for (const std::string part : {"2 workers, 8 tasks that ran (ended: 8 ok)", "work-worker-1", "grind",
                                   "Time of the workers", "Longest tasks"})
        CHECK(contains(output.text, part));
}

TEST_CASE("the page of a trace stands alone and opens in a browser with a lane for each worker") {
    const tool::temporary_folder folder;
    const auto file = traced(folder, "tiny", "3000");
    const auto page = folder.path() / "trace.html";
    const auto output = run_tool({"trace", tool::to_utf8(file), "--format", "html", "--output", tool::to_utf8(page)});
    INFO(output.text);
    REQUIRE(output.code == 0);
    const std::string html = tool::read_text(page);
    CHECK(stands_alone(html));
    CHECK(html.size() < 2'000'000);
    const auto seen = opened_in_browser(page);
    if (!seen) {
        MESSAGE("not looked at in a browser: there is no chromium here");
        return;
    }
    CHECK(contains(*seen, "<title>trace trace.json</title>"));
    CHECK(count(*seen, "<svg class=\"timeline\"") == 9);
    CHECK(count(*seen, "<g class=\"lane\">") == 18);
    CHECK(contains(*seen, "waiting in work"));
    CHECK(contains(*seen, "<code>tiny</code>"));
}

TEST_CASE("a trace that ends in the middle is read as far as it goes, and that is said") {
    const tool::temporary_folder folder;
    const auto file = traced(folder, "tiny", "50");
    const std::string whole = tool::read_text(file);
    const auto cut = folder.path() / "cut.json";
    for (const std::size_t left : {whole.size() - 3, whole.size() - 20, whole.size() / 2}) {
        write_trace_file(cut, whole.substr(0, left));
        const json all = figures_of(cut);
        CHECK(all["closed"] == false);
        CHECK(all["tasks"].get<int>() > 0);
    }
    CHECK(contains(run_tool({"trace", tool::to_utf8(cut)}).text, "The file was not closed"));
}

TEST_CASE("traces of other programs are read too: an array, an object, on one line or on many") {
    const tool::temporary_folder folder;
    const auto file = folder.path() / "other.json";
    const std::string events = R"([{"name":"load","ph":"X","ts":0,"dur":1000,"pid":1,"tid":1},
        {"name":"part","ph":"X","ts":10,"dur":100,"pid":1,"tid":1}, {"name":"work","ph":"B","ts":2000,"pid":2,"tid":1},
        {"ph":"E","ts":5000,"pid":2,"tid":1}])";
    for (const std::string& text : {events, "{\"traceEvents\": " + events + ", \"displayTimeUnit\": \"ms\"}"}) {
        write_trace_file(file, text);
        const json all = figures_of(file);
        CHECK(all["of_brood"] == false);
        CHECK(all["tasks"] == 2);
        CHECK(all["seconds"].get<double>() == doctest::Approx(0.005));
        CHECK(all["functions"][0]["name"] == "work");
    }
    CHECK(contains(run_tool({"trace", tool::to_utf8(file)}).text, "No pool of brood wrote it"));
}

TEST_CASE("what is no trace gives exit code 2 and one sentence") {
    const tool::temporary_folder folder;
    const auto file = folder.path() / "bad.json";
    const std::string deep(100000, '[');
    for (const std::string& text :
         {std::string(), std::string("\n"), std::string("{"), std::string("[]"), std::string("{}"),
          std::string("[1, \"two\", null]"), std::string("{\"traceEvents\": 1}"), std::string("\xff\xfe\x00\x01", 4),
          std::string(1000, '\0'), deep, "[{\"a\":" + deep, std::string("[{\"ph\":\"X\",\"ts\":1e999,\"dur\":\"x\"}]"),
          std::string("[\n{\"ph\":3,\"ts\":{},\"pid\":[]}\n]")}) {
        write_trace_file(file, text);
        INFO(text.substr(0, 60));
        check_refused(run_tool({"trace", tool::to_utf8(file)}));
    }
    check_refused(run_tool({"trace", tool::to_utf8(folder.path() / "none.json")}));
    check_refused(run_tool({"trace", tool::to_utf8(folder.path())}));
    check_refused(run_tool({"trace"}));
    write_trace_file(file,
                     R"([{"name":"f","ph":"X","ts":-5,"dur":-1,"pid":1e300,"tid":"x","args":[1]},{"ph":"E","ts":1}])");
    CHECK(run_tool({"trace", tool::to_utf8(file), "--format", "html"}).code == 0);
}

TEST_CASE("a result that cannot be written gives exit code 2 and one sentence") {
    const tool::temporary_folder folder;
    const auto file = traced(folder, "tiny", "5");
    check_refused(run_tool({"trace", tool::to_utf8(file), "--output", tool::to_utf8(folder.path() / "no" / "such")}));
}

TEST_CASE("bench of a program says where its time went, and that tiny tasks do not pay") {
    const auto output = run_tool({"bench", "--", tool::to_utf8(pooled()), "tiny", "2000"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "kind: tiny\n"));
    CHECK(contains(output.text, "The program took "));
    CHECK(contains(output.text, "bigger tasks would pay"));
    CHECK(contains(output.text, "`tiny`"));
    CHECK(contains(output.text, "hreads would pay too"));
}

TEST_CASE("bench of a program says when shared arrays would pay") {
    const auto output = run_tool({"bench", "--", tool::to_utf8(pooled()), "carry", "10"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "Shared arrays would pay"));
    CHECK(contains(output.text, "MiB there"));
}

TEST_CASE("bench of a program whose tasks are long does not speak of bigger ones") {
    const tool::temporary_folder folder;
    const auto page = folder.path() / "profile.json";
    const auto output = run_tool(
        {"bench", "--format", "json", "--output", tool::to_utf8(page), "--", tool::to_utf8(pooled()), "grind", "40"});
    INFO(output.text);
    REQUIRE(output.code == 0);
    const json all = json::parse(tool::read_text(page));
    CHECK(all["tasks"] == 40);
    for (const auto& line : all["advice"]) CHECK_FALSE(contains(line.get<std::string>(), "bigger tasks would pay"));
}

TEST_CASE("bench of a program without pools, that fails, or that is not there says so") {
    const std::string program = tool::to_utf8(pooled());
    for (const auto& [kind, words] :
         std::vector<std::pair<std::string, std::string>>{{"none", "made no pool"},
                                                          {"fails", "exited with code 3"},
                                                          {"idle", "ran no task"},
                                                          {"late failure", "exited with code 3"}}) {
        const auto output = run_tool({"bench", "--", program, kind});
        INFO(output.text);
        CHECK(output.code == 2);
        CHECK(contains(output.text, words));
    }
    const auto missing = run_tool({"bench", "--", "no_such_program_anywhere"});
    check_refused(missing);
    CHECK(contains(missing.text, "cannot start"));
}
