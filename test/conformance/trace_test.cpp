// SPDX-License-Identifier: MIT
// Trace files of pools: read as any program would read them, as JSON.
#include "folder.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <tuple>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

int doubled_value(int x) { return 2 * x; }
int add(int a, int b) { return a + b; }
void refuse() { throw std::out_of_range("far"); }
void die() { kill_process(brood::current_process().pid()); }
void wait_for(brood::event go) { go.wait(); }
void begin_and_wait(brood::event begun, brood::event go) {
    begun.set();
    go.wait();
}
void die_at_first(brood::shared_value<int> tries) {
    if (tries.with([](int& count) { return count++; }) == 0) die();
}

struct tripler {
    int operator()(int x) const { return 3 * x; }
};
struct bank_account {
    int balance = 0;
    int deposit(int amount) { return balance += amount; }
    virtual ~bank_account() = default;
    virtual int withdraw(int amount) { return balance -= amount; }
    template <class A>
    void serialize(A& archive) {
        archive(balance);
    }
};

int nested(int x) { return brood::current_pool().submit(doubled_value, x).get() + 1; }

// ---- reading ----

std::string as_text(const std::filesystem::path& file) { return read_text(file); }

// Strictly: the file of a program that ended normally.
std::vector<json> events_of(const std::filesystem::path& file) {
    const json all = json::parse(as_text(file));
    REQUIRE(all.is_array());
    return {all.begin(), all.end()};
}

// The events that tell how a task ended.
std::vector<json> tasks_in(const std::vector<json>& events, const std::string& name = {}) {
    std::vector<json> found;
    for (const auto& each : events)
        if (each.contains("args") && each["args"].contains("outcome") && (name.empty() || each["name"] == name))
            found.push_back(each);
    return found;
}

json only(const std::vector<json>& events, const std::string& name) {
    const auto found = tasks_in(events, name);
    INFO("tasks of the name ", name);
    REQUIRE(found.size() == 1);
    return found.front();
}

std::string outcome_of(const json& event) { return event.at("args").at("outcome"); }

bool lies_in(const json& inner, const json& outer) {
    const auto end = [](const json& slice) { return slice.at("ts").get<double>() + slice.at("dur").get<double>(); };
    constexpr double rounding = 0.001;
    return inner.at("ts").get<double>() >= outer.at("ts").get<double>() - rounding &&
           end(inner) <= end(outer) + rounding;
}

std::vector<json> slices_of(const std::vector<json>& events, const std::string& name) {
    std::vector<json> found;
    for (const auto& each : events)
        if (each.at("ph") == "X" && each.at("name") == name) found.push_back(each);
    return found;
}

std::map<std::int64_t, std::string> process_names(const std::vector<json>& events) {
    std::map<std::int64_t, std::string> names;
    for (const auto& each : events)
        if (each.at("name") == "process_name") names[each.at("pid")] = each.at("args").at("name");
    return names;
}

std::size_t lines_with(const std::string& text, const std::string& part) {
    std::istringstream lines(text);
    std::size_t found = 0;
    for (std::string line; std::getline(lines, line);) found += line.find(part) != line.npos ? 1 : 0;
    return found;
}

}  // namespace

TEST_CASE("a trace has one line per process and tells of each task once, by a name that its reader knows") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    std::set<std::int64_t> workers;
    {
        brood::pool pool({.workers = 2, .name = "traced", .trace = file});
        for (const auto pid : pool.worker_pids()) workers.insert(static_cast<std::int64_t>(pid));
        std::vector<brood::future<int>> all;
        for (int i = 0; i < 20; ++i) all.push_back(pool.submit(doubled_value, i));
        for (int i = 0; i < 20; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == 2 * i);
        CHECK(pool.apply(tripler{}, 2) == 6);
        CHECK(pool.apply(&bank_account::deposit, bank_account{}, 5) == 5);
        CHECK(pool.apply(&bank_account::withdraw, bank_account{}, 5) == -5);
        CHECK(pool.apply([](int x) { return x; }, 7) == 7);
        CHECK(pool.apply(add, 1, 2) == 3);
    }
    const auto events = events_of(file);
    CHECK(tasks_in(events).size() == 25);
    std::set<int> numbers;
    for (const auto& task : tasks_in(events, "doubled_value")) {
        numbers.insert(task.at("args").at("task").get<int>());
        CHECK(outcome_of(task) == "ok");
        CHECK(task.at("args").at("bytes_in").get<int>() >= 4);
        CHECK(task.at("args").at("bytes_out").get<int>() == 4);
        CHECK(workers.contains(task.at("pid").get<std::int64_t>()));
        CHECK(task.at("args").at("waited_us").get<double>() >= 0);
    }
    CHECK(numbers.size() == 20);
    static_cast<void>(only(events, "tripler"));
    static_cast<void>(only(events, "bank_account::deposit"));
    static_cast<void>(only(events, "virtual member of bank_account"));
    static_cast<void>(only(events, "add"));
    CHECK(std::any_of(events.begin(), events.end(),
                      [](const json& e) { return e["name"].get<std::string>().find("lambda") != std::string::npos; }));
    const auto names = process_names(events);
    for (const auto pid : workers) CHECK(names.at(pid).starts_with("traced-worker-"));
    CHECK(names.at(static_cast<std::int64_t>(brood::current_process().pid())) == "main");
    CHECK(slices_of(events, "run").size() == 25);
    CHECK(slices_of(events, "write arguments").size() == 25);
    CHECK(slices_of(events, "read result").size() == 25);
}

TEST_CASE("the slices of a task lie in it, and those of one worker follow each other") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    {
        brood::pool pool({.workers = 1, .trace = file});
        const std::vector<double> many(1 << 18, 1.5);
        for (int i = 0; i < 5; ++i)
            CHECK(pool.apply([](std::vector<double> v) { return v; }, many).size() == many.size());
    }
    const auto events = events_of(file);
    auto tasks = tasks_in(events);
    REQUIRE(tasks.size() == 5);
    for (const std::string part : {"read arguments", "run", "write result"})
        for (const auto& slice : slices_of(events, part))
            CHECK(std::count_if(tasks.begin(), tasks.end(), [&](const json& task) {
                      return task["args"]["task"] == slice["args"]["task"] && lies_in(slice, task);
                  }) == 1);
    for (const auto& task : tasks) {
        CHECK(task["args"]["bytes_in"].get<std::size_t>() > (std::size_t{1} << 21));
        CHECK(task["args"]["bytes_out"].get<std::size_t>() > (std::size_t{1} << 21));
    }
    std::sort(tasks.begin(), tasks.end(), [](const json& a, const json& b) { return a["ts"] < b["ts"]; });
    for (std::size_t i = 1; i < tasks.size(); ++i)
        CHECK(tasks[i]["ts"].get<double>() + 0.001 >=
              tasks[i - 1]["ts"].get<double>() + tasks[i - 1]["dur"].get<double>());
}

TEST_CASE("a trace says how tasks end: exception, death, retry, cancel, time-out") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    {
        brood::pool pool({.workers = 1, .trace = file});
        CHECK_THROWS_AS(pool.apply(refuse), std::out_of_range);
        CHECK_THROWS_AS(pool.apply(die), brood::worker_died);
        brood::shared_value<int> tries(0);
        pool.apply({.retries = 1}, die_at_first, tries);
        brood::event begun, go;
        CHECK_THROWS_AS(pool.apply({.timeout = 1ms}, wait_for, go), brood::timeout_error);
        auto running = pool.submit(begin_and_wait, begun, go);
        begun.wait();
        auto waiting = pool.submit(doubled_value, 1);
        CHECK(waiting.cancel());
        CHECK(running.cancel());
        CHECK_THROWS_AS(running.get(), brood::cancelled);
        CHECK(pool.apply(add, 1, 1) == 2);
    }
    const auto events = events_of(file);
    CHECK(outcome_of(only(events, "refuse")) == "exception");
    const auto died = only(events, "die");
    CHECK(outcome_of(died).starts_with("died: "));
    CHECK(process_names(events).contains(died.at("pid").get<std::int64_t>()));
    const auto attempts = tasks_in(events, "die_at_first");
    REQUIRE(attempts.size() == 2);
    CHECK(outcome_of(attempts[0]).starts_with("died: "));
    CHECK(outcome_of(attempts[1]) == "ok");
    CHECK(attempts[1].at("args").at("attempt") == 2);
    CHECK(outcome_of(only(events, "wait_for")) == "timed out");
    const auto running = only(events, "begin_and_wait");
    CHECK(outcome_of(running) == "cancelled");
    CHECK(running.at("ph") == "X");
    const auto waiting = only(events, "doubled_value");
    CHECK(outcome_of(waiting) == "cancelled");
    CHECK(waiting.at("ph") == "i");
    CHECK(outcome_of(only(events, "add")) == "ok");
    CHECK(std::count_if(events.begin(), events.end(),
                        [](const json& e) { return e["name"].get<std::string>().starts_with("worker ended: "); }) >= 4);
}

TEST_CASE("chunks of a map stand in the trace under the user's function, and their elements add up") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    constexpr int count = 1000;
    std::vector<int> numbers(count);
    std::iota(numbers.begin(), numbers.end(), 0);
    {
        brood::pool pool({.workers = 2, .max_tasks_per_worker = 300, .trace = file});
        CHECK(pool.map(doubled_value, numbers).back() == 2 * (count - 1));
        CHECK(pool.starmap(add, std::vector<std::tuple<int, int>>(10, {1, 2})).size() == 10);
    }
    const auto events = events_of(file);
    const auto elements = [&](const std::string& name) {
        std::uint64_t sum = 0;
        for (const auto& each : tasks_in(events, name)) sum += each["args"]["elements"].get<std::uint64_t>();
        return sum;
    };
    CHECK(elements("doubled_value") == count);
    CHECK(elements("add") == 10);
}

TEST_CASE("tasks of tasks are in the trace, their arguments written by a worker") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    {
        brood::pool pool({.workers = 2, .trace = file});
        CHECK(pool.apply(nested, 4) == 9);
    }
    const auto events = events_of(file);
    const auto outer = only(events, "nested");
    const auto inner = only(events, "doubled_value");
    CHECK(inner["pid"] != outer["pid"]);
    const auto written = slices_of(events, "write arguments");
    CHECK(std::count_if(written.begin(), written.end(), [&](const json& slice) {
              return slice["pid"] == outer["pid"] && slice["args"]["task"] == inner["args"]["task"];
          }) == 1);
}

TEST_CASE("pools of one process share a trace file, at the same time and one after the other") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    {
        brood::pool one({.workers = 1, .name = "one", .trace = file});
        {
            brood::pool two({.workers = 1, .name = "two", .trace = file});
            CHECK(one.apply(doubled_value, 1) == 2);
            CHECK(two.apply(doubled_value, 1) == 2);
        }
        CHECK(one.apply(doubled_value, 1) == 2);
    }
    CHECK(tasks_in(events_of(file), "doubled_value").size() == 3);
    {
        brood::pool three({.workers = 1, .name = "three", .trace = file});
        CHECK(three.apply(doubled_value, 1) == 2);
    }
    const auto events = events_of(file);
    std::multiset<std::string> pools;
    for (const auto& task : tasks_in(events, "doubled_value")) pools.insert(task["args"]["pool"]);
    CHECK(pools == std::multiset<std::string>{"one", "one", "three", "two"});
}

TEST_CASE("what another program wrote into a trace file before is gone") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    write_text(file, "what was here before");
    {
        brood::pool pool({.workers = 1, .trace = file});
        CHECK(pool.apply(doubled_value, 1) == 2);
    }
    CHECK(tasks_in(events_of(file)).size() == 1);
}

TEST_CASE("a pool whose trace file cannot be written is refused with the file's path") {
    const temporary_folder folder;
    const auto file = folder / "missing" / "trace.json";
    try {
        const brood::pool pool({.workers = 1, .trace = file});
        FAIL("there is a pool");
    } catch (const std::system_error& e) {
        CHECK(std::string(e.what()).find("trace.json") != std::string::npos);
    }
}

// ---- by the environment, in a program of its own ----

namespace {

int child_with_pool() {
    brood::pool pool({.workers = 1, .name = "inner"});
    return pool.apply(add, 2, 3);
}

const scenario traced("traced pools", [](const arguments&) {
    brood::pool pool({.workers = 1, .name = "outer"});
    brood::process_options options;
    // ThreadSanitizer bears no threads in a child that was forked from a process with threads.
    if (threads_of_sanitizer != 0) options.start_method = brood::start_method::spawn;
    const int inner = brood::async(options, child_with_pool).get();
    return pool.apply(doubled_value, 21) == 42 && inner == 5 ? 0 : 1;
});

const scenario traced_and_idle("traced and idle", [](const arguments&) {
    brood::pool pool({.workers = 1, .name = "outer"});
    pool.apply(doubled_value, 21);
    idle();
    return 0;
});

}  // namespace

TEST_CASE("BROOD_TRACE traces the pools of all processes of a program into one file") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    auto run = start_scenario("traced pools", {}, {.environment = {{"BROOD_TRACE", to_utf8(file)}}});
    CHECK(run.wait().code() == 0);
    INFO(run.errors());
    const auto events = events_of(file);
    CHECK(only(events, "doubled_value")["args"]["pool"] == "outer");
    CHECK(only(events, "add")["args"]["pool"] == "inner");
}

TEST_CASE("a trace of BROOD_TRACE that cannot be written costs one line on standard error and no task") {
    const temporary_folder folder;
    const auto file = folder / "missing" / "trace.json";
    auto run = start_scenario("traced and idle", {}, {.environment = {{"BROOD_TRACE", to_utf8(file)}}});
    CHECK(comes_true([&] { return lines_with(run.errors(), "trace.json") > 0; }));
    CHECK(lines_with(run.errors(), "") == 1);
    run.kill();
    run.wait();
}

TEST_CASE("when a program is killed its trace has what happened until shortly before") {
    const temporary_folder folder;
    const auto file = folder / "trace.json";
    auto run = start_scenario("traced and idle", {}, {.environment = {{"BROOD_TRACE", to_utf8(file)}}});
    CHECK(comes_true([&] { return lines_with(as_text(file), "\"outcome\":\"ok\"") == 1; }));
    run.kill();
    run.wait();
    CHECK(json::parse(as_text(file) + "]").size() > 5);
}
