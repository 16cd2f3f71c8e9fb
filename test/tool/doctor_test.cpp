// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include "run_tool.hpp"

#include <brood/native/limits.hpp>

#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

const json& findings() {
    static const json all = [] {
        const auto output = run_tool({"doctor", "--format", "json"});
        INFO(output.text);
        REQUIRE(output.code == 0);
        return json::parse(output.text);
    }();
    return all;
}

const json& named(const std::string& name) {
    for (const json& one : findings())
        if (one.at("name") == name) return one;
    FAIL("there is no finding " << name << " in " << findings().dump());
    return findings();
}

}  // namespace

TEST_CASE("every finding of the doctor has a text, a state and a sentence of advice") {
    REQUIRE(findings().size() >= 15);
    for (const json& one : findings()) {
        INFO(one.dump());
        CHECK(!one.at("group").get<std::string>().empty());
        CHECK(!one.at("text").get<std::string>().empty());
        CHECK(one.at("advice").get<std::string>().ends_with('.'));
        CHECK((one.at("state") == "good" || one.at("state") == "notice"));
        CHECK(one.contains("value"));
    }
}

TEST_CASE("the doctor says which start methods work and why others are missing") {
    for (const std::string name : {"spawn", "fork", "forkserver"}) {
        const bool here = available(brood::parse_start_method(name));
        CHECK(named(name).at("value").get<bool>() == here);
        CHECK(contains(named(name).at("text"), here ? "works, " : "not available on " BROOD_SYSTEM));
    }
}

TEST_CASE("the doctor tells of the platform, the cores and the build") {
    CHECK(named("usable_cores").at("value").get<std::size_t>() == brood::cpu_count());
    CHECK(named("build_id").at("value").get<std::string>().size() >= 16);
    CHECK(named("libraries").at("value").at("brood") == BROOD_VERSION);
    CHECK(contains(named("platform").at("text"), brood::native::compatibility_layer()));
    CHECK(named("parent_death").at("value").get<bool>());
}

TEST_CASE("the doctor reads well on a screen") {
    const auto output = run_tool({"doctor"});
    INFO(output.text);
    CHECK(output.code == 0);
    CHECK(contains(output.text, "Start methods\n"));
    CHECK(contains(output.text, "Everything that brood needs is here"));
    CHECK(!contains(output.text, "\033"));
}
