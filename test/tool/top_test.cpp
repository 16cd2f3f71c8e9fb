// SPDX-License-Identifier: MIT
// `brood top` looks at pools of this test program.
#include <doctest/doctest.h>

#include "run_tool.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <thread>

namespace {

using nlohmann::json;
using namespace std::chrono_literals;

json look() {
    const auto output = run_tool({"top", "--once", "--interval", "0.05", "--format", "json"});
    INFO(output.text);
    REQUIRE(output.code == 0);
    return json::parse(output.text);
}

// The pool of that name, when the tool sees it.
std::optional<json> pool_named(const json& all, const std::string& name) {
    for (const json& session : all.at("sessions"))
        for (const json& pool : session.value("pools", json::array()))
            if (pool.at("name") == name) return pool;
    return std::nullopt;
}

bool comes_true(const std::function<bool(const json&)>& condition) {
    const auto until = std::chrono::steady_clock::now() + 60s;
    do {
        if (condition(look())) return true;
    } while (std::chrono::steady_clock::now() < until);
    return false;
}

int hold_on(brood::event begun, brood::event go_on) {
    begun.set();
    go_on.wait();
    return 1;
}
int twice(int x) { return 2 * x; }
int refuse(int) { throw std::runtime_error("no"); }
void keep_pool(brood::event made) {
    brood::pool pool({.workers = 1, .name = "top's child"});
    pool.apply(twice, 1);
    made.set();
    for (;;) std::this_thread::sleep_for(1h);
}

}  // namespace

TEST_CASE("top shows a pool, its workers and what they run") {
    brood::pool pool({.workers = 1, .name = "top's pool"});
    for (int i = 0; i < 10; ++i) pool.apply(twice, i);
    CHECK_THROWS(pool.apply(refuse, 1));
    brood::event begun, go_on;
    std::vector<brood::future<int>> all;
    for (int i = 0; i < 4; ++i) all.push_back(pool.submit(hold_on, begun, go_on));
    begun.wait();
    const auto seen = pool_named(look(), "top's pool");
    REQUIRE(seen);
    INFO(seen->dump(2));
    CHECK(seen->at("owner") == brood::current_process().pid());
    CHECK(seen->at("wanted") == 1);
    CHECK(seen->at("running") == 1);
    CHECK(seen->at("waiting") == 3);
    CHECK(seen->at("ended") == 11);
    CHECK(seen->at("failed") == 1);
    CHECK(seen->at("restarts") == 0);
    REQUIRE(seen->at("workers").size() == 1);
    const json& worker = seen->at("workers")[0];
    CHECK(worker.at("pid") == pool.stats().at(0).pid);
    CHECK(worker.at("state") == "busy");
    CHECK(worker.at("tasks") == 11);
    const std::string task = worker.at("task");
    CHECK_MESSAGE((contains(task, "hold_on") || contains(task, "function ")), task);

    const auto text = run_tool({"top", "--interval", "0.05"});  // its output is no terminal: once
    INFO(text.text);
    CHECK(text.code == 0);
    CHECK(contains(text.text, "top's pool"));
    CHECK(contains(text.text, "3 waiting, 1 running, 11 ended"));
    CHECK(contains(text.text, "1 failed"));
    go_on.set();
    for (auto& each : all) CHECK(each.get() == 1);
}

TEST_CASE("top shows how many tasks end each second") {
    brood::pool pool({.workers = 2, .name = "top's rate"});
    std::atomic<bool> enough = false;
    std::thread busy([&] {
        while (!enough) pool.map(twice, std::vector<int>(1000, 1));
    });
    CHECK(comes_true([](const json& all) {
        const auto seen = pool_named(all, "top's rate");
        return seen && seen->at("tasks_per_second") > 0;
    }));
    enough = true;
    busy.join();
}

TEST_CASE("top shows workers that were replaced, and no pool that has ended") {
    {
        brood::pool pool({.workers = 1, .name = "top's short pool"});
        pool.apply(twice, 1);
        const auto killed = pool.submit([] { std::_Exit(3); });
        killed.wait();
        CHECK(pool.apply(twice, 2) == 4);
        const auto seen = pool_named(look(), "top's short pool");
        REQUIRE(seen);
        CHECK(seen->at("restarts") == 1);
    }
    CHECK(!pool_named(look(), "top's short pool"));
}

TEST_CASE("top shows the pool of a child until the child is killed") {
    brood::event made;
    auto child = brood::spawn(keep_pool, made);
    made.wait();
    const json all = look();
    const auto seen = pool_named(all, "top's child");
    REQUIRE(seen);
    CHECK(seen->at("owner") == child.pid());
    CHECK(contains(all.dump(), "\"parent\":" + std::to_string(brood::current_process().pid())));
    child.kill();
    child.join();
    CHECK(comes_true([](const json& now) { return !pool_named(now, "top's child"); }));
}
