// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "layout.hpp"
#include "run_tool.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace {

using nlohmann::json;

json bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"bench", "--quick", "--format", "json"});
    const auto output = run_tool(std::move(arguments));
    INFO(output.text);
    REQUIRE(output.code == 0);
    return json::parse(output.text);
}

void check_fields(const json& row) {
    INFO(row.dump());
    CHECK(row.at("name").is_string());
    CHECK(row.at("start_method").is_string());
    CHECK(row.at("unit").is_string());
    CHECK(row.at("runs").get<int>() > 0);
    CHECK(row.at("min").get<double>() > 0);
    CHECK(row.at("min").get<double>() <= row.at("median").get<double>());
    CHECK(row.at("median").get<double>() <= row.at("max").get<double>());
}

json find(const json& rows, const std::string& name, const std::string& method) {
    for (const json& row : rows)
        if (row.at("name") == name && row.at("start_method") == method) return row;
    FAIL("there is no row " << name << " " << method << " in " << rows.dump());
    return {};
}

}  // namespace

TEST_CASE("the bench gives JSON with the fields of each row and nothing else") {
    const json rows = bench({"--filter", "^(limit.posix_spawn_wait|process.start_join spawn|async.int spawn)"});
    REQUIRE(rows.size() == 3);
    for (const json& row : rows) check_fields(row);
    const json start = find(rows, "process.start_join", "spawn");
    CHECK(start.at("unit") == "s");
    CHECK(start.at("ratio_to") == "limit.posix_spawn_wait");
    CHECK(start.at("target") == 1.15);
    CHECK(start.at("ratio").get<double>() > 0);
    CHECK(find(rows, "async.int", "spawn").at("ratio_to") == "process.start_join spawn");
}

TEST_CASE("a row that is wanted brings the limit that it is compared with") {
    const json rows = bench({"--filter", "^process.start_join spawn$"});
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].at("name") == "limit.posix_spawn_wait");
}

TEST_CASE("the bench compares fork and forkserver with the system's fork where there is one") {
    const std::vector<std::string> filter = {"--filter", "^(limit.fork_wait|process.start_join fork)"};
    if (!available(brood::start_method::fork)) {
        CHECK(run_tool({"bench", "--quick", filter[0], filter[1]}).code == 2);  // nothing of that is here
        return;
    }
    const json rows = bench(filter);
    CHECK(find(rows, "process.start_join", "fork").at("ratio_to") == "limit.fork_wait");
    CHECK(find(rows, "process.start_join", "forkserver").at("ratio_to") == "limit.fork_wait");
}

TEST_CASE("the bench measures 64 MiB there and back in MB/s beside memcpy") {
    const json rows = bench({"--filter", "async.64MiB spawn"});
    const json bulk = find(rows, "async.64MiB", "spawn");
    CHECK(bulk.at("unit") == "MB/s");
    CHECK(bulk.at("ratio_to") == "limit.memcpy");
    CHECK(bulk.at("target") == 0.25);
}

TEST_CASE("the bench measures the memory of an idle child beside that of an empty program") {
    const json child = find(bench({"--filter", "memory.idle_child spawn"}), "memory.idle_child", "spawn");
    CHECK(child.at("unit") == "bytes");
    CHECK(child.at("difference_to") == "limit.empty_program");
    CHECK(child.at("target") == 1024 * 1024);
}

TEST_CASE("the bench measures a mutex beside that of threads, what making one costs, and how it is shared") {
    const json rows = bench({"--filter", "^mutex"});
    CHECK(find(rows, "mutex.uncontended", "").at("ratio_to") == "limit.std_mutex");
    CHECK(find(rows, "mutex.uncontended", "").at("target") == 1.2);
    CHECK(find(rows, "mutex.create", "").at("target") == 2e-6);
    CHECK_FALSE(find(rows, "mutex.create", "").contains("ratio_to"));
    CHECK(find(rows, "mutex.hand_over", "").at("unit") == "s");
}

TEST_CASE("the bench measures starts from the reserve") {
    const json row = find(bench({"--filter", "start_join.reserve"}), "process.start_join.reserve", "spawn");
    check_fields(row);
    CHECK(row.at("runs") == 5);
}

TEST_CASE("the bench measures queues and pipes beside bare memory") {
    const json rows =
        bench({"--filter", "^(queue.throughput|queue.round_trip|pipe.round_trip|queue.create|queue.loan.1MiB)$"});
    CHECK(find(rows, "queue.throughput", "").at("ratio_to") == "limit.spsc_ring");
    CHECK(find(rows, "pipe.round_trip", "").at("target") == 1.5);
    CHECK(find(rows, "queue.loan.1MiB", "").at("ratio_to") == "limit.memcpy.1MiB");
    for (const json& row : rows) check_fields(row);
}

TEST_CASE("the bench runs CPython on the same work where there is one, and says so where there is none") {
    const auto output = run_tool({"bench", "--quick", "--peers", "--filter", "process.start_join spawn$"});
    INFO(output.text);
    CHECK(output.code == 0);
    const bool python = tool::run_program({.arguments = {"python3", "--version"}}).code == 0;
    CHECK(contains(output.text, "cpython.process.start_join") == python);
    CHECK(contains(output.text, "note: cpython: not measured") == !python);
}

TEST_CASE("the bench runs other libraries' queues on the same work, and says which are not there") {
    const std::string text =
        run_tool({"bench", "--quick", "--peers", "--filter", "^(boost|zeromq|mpi).queue.(throughput|round_trip)"}).text;
    INFO(text);
    CHECK(contains(text, "queue.throughput"));
    for (const std::string library : {"boost", "zeromq", "mpi"}) {
        for (const std::string row : {"queue.throughput", "queue.round_trip"}) {
            const std::string name = library + "." + row;
            CHECK(contains(text, name + " ") != contains(text, "note: " + name + ": not measured: "));
        }
    }
}

TEST_CASE("the text of the bench states ratio and target beside the row") {
    const auto output = run_tool({"bench", "--runs", "2", "--filter", "^process.start_join spawn$"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, " x limit.posix_spawn_wait (target 1.15)"));
}

TEST_CASE("the bench writes its result to a file when asked, and says so when it cannot") {
    const tool::temporary_folder folder;
    const std::string path = tool::to_utf8(folder.path() / "result.json");
    const std::string filter = "limit.memcpy";
    const auto output = run_tool({"bench", "--quick", "--format", "json", "--filter", filter, "--output", path});
    CHECK(output.code == 0);
    CHECK(output.text.empty());
    check_fields(json::parse(tool::read_text(path)).at(0));
    const std::string nowhere = tool::to_utf8(folder.path() / "missing" / "result.json");
    const auto failed = run_tool({"bench", "--quick", "--filter", filter, "--output", nowhere});
    CHECK(failed.code == 2);
    CHECK(one_sentence(failed.text));
}

TEST_CASE("a filter that is wrong or matches nothing gives exit code 2 and one sentence") {
    for (const std::string filter : {"(", "no_such_row"}) {
        const auto output = run_tool({"bench", "--quick", "--filter", filter});
        INFO(output.text);
        CHECK(output.code == 2);
        CHECK(one_sentence(output.text));
    }
}

TEST_CASE("the bench says what got slower and what faster than in an earlier run, beyond noise") {
    const tool::temporary_folder folder;
    const auto path = folder.path() / "old.json";
    const auto write_old = [&](double factor) {
        json rows = bench({"--filter", "limit.memcpy$"});
        REQUIRE(rows.size() == 1);
        for (const char* key : {"median", "low", "high", "min", "max"})
            rows[0][key] = rows[0][key].get<double>() * factor;
        std::ofstream(path) << rows;
    };
    const std::vector<std::string> again = {"bench",         "--quick",   "--filter",
                                            "limit.memcpy$", "--compare", tool::to_utf8(path)};
    write_old(100);
    const auto slower = run_tool(again);
    INFO(slower.text);
    CHECK(slower.code == 1);
    CHECK(contains(slower.text, "slower by 9"));
    write_old(0.01);
    const auto faster = run_tool(again);
    INFO(faster.text);
    CHECK(faster.code == 0);
    CHECK(contains(faster.text, "faster by "));
}

TEST_CASE("an earlier run that is missing, cut short or hostile gives exit code 2 and one sentence") {
    const tool::temporary_folder folder;
    const auto path = folder.path() / "old.json";
    std::vector<std::string> bad = {"",
                                    "[{\"name\": \"a\"",
                                    "{}",
                                    "[1, 2]",
                                    "[{\"name\": 1}]",
                                    "[{\"name\": \"a\", \"start_method\": \"\", \"unit\": \"s\", \"median\": \"x\"}]",
                                    "\xff\xfe\x00",
                                    std::string(100000, '[')};
    for (const std::string& text : bad) {
        std::ofstream(path, std::ios::binary) << text;
        const auto output =
            run_tool({"bench", "--quick", "--filter", "limit.memcpy$", "--compare", tool::to_utf8(path)});
        INFO(text.substr(0, 100), output.text);
        CHECK(output.code == 2);
        CHECK(one_sentence(output.text));
        CHECK(contains(output.text, "is no result of 'brood bench --format json'"));
    }
    const auto missing = run_tool({"bench", "--quick", "--compare", tool::to_utf8(folder.path() / "none.json")});
    CHECK(missing.code == 2);
    CHECK(contains(missing.text, "there is no file"));
}

TEST_CASE("the rows of the bench stand in groups, and bars show them when asked") {
    const auto output =
        run_tool({"bench", "--runs", "2", "--filter", "^process.start_join spawn$|limit.memcpy$", "--chart"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "\nStarting a process\n"));
    CHECK(contains(output.text, "\nLarge values\n"));
    CHECK(contains(output.text, "process.start_join spawn  #"));
}

TEST_CASE("the bench measures from which length on a task is done sooner by a process, or says why not") {
    const auto output = run_tool({"bench", "--quick", "--filter", "break_even.async spawn", "--format", "json"});
    INFO(output.text);
    REQUIRE(output.code == 0);
    const json rows = json::parse(output.text);
    for (const json& row : rows) {
        check_fields(row);
        CHECK(row.at("group") == "Where a task of its own pays");
    }
    if (rows.empty()) MESSAGE("no task got faster: the cores are busy, or there is one alone");
}
