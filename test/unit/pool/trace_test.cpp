// SPDX-License-Identifier: MIT
#include "pool/trace_event.hpp"
#include "pool/trace_file.hpp"
#include "pool/trace_names.hpp"
#include "support/folder.hpp"

#include <string>
#include <system_error>
#include <typeinfo>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace brood::pools;
using brood_test::read_text;
using nlohmann::json;

namespace {

std::string in_quotes(std::string_view text) {
    std::string made;
    append_quoted(made, text);
    return made;
}

json event(const std::string& text) {
    REQUIRE(text.starts_with(",\n"));
    return json::parse(text.substr(2));
}

std::string an_event(int number) {
    std::string text;
    trace_event(text, "e", 'i', 1, 1, number);
    return text;
}

}  // namespace

TEST_CASE("any text becomes a JSON string") {
    for (const std::string text : {"plain", "a \"quoted\" \\ one", "line\nfeed\ttab", "Zürich 東京 😀"})
        CHECK(json::parse(in_quotes(text)).get<std::string>() == text);
    for (const std::string bad : {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                                  "a\x80"
                                  "b"})
        CHECK(json::parse(in_quotes(bad)).get<std::string>().find('?') != std::string::npos);
    for (int i = 0; i < 128; ++i)
        CHECK(json::parse(in_quotes(std::string(1, static_cast<char>(i)))).get<std::string>()[0] ==
              static_cast<char>(i));
}

TEST_CASE("an event is one JSON object with times in microseconds") {
    std::string text;
    trace_event(text, "f", 'X', 12, 3, 1'234'567).lasts(1'005).with("task", 4U).with("pool", "p").with_time("w", -5);
    const auto one = event(text);
    CHECK(one["ts"] == 1234.567);
    CHECK(one["dur"] == 1.005);
    CHECK(one["args"]["task"] == 4);
    CHECK(one["args"]["pool"] == "p");
    CHECK(one["args"]["w"] == 0);
    text.clear();
    trace_event(text, "g", 'i', 1, 1, 7).of_process();
    CHECK(event(text)["s"] == "p");
}

TEST_CASE("names lose parameters, return types and what every name has") {
    CHECK(short_name("f(int, std::vector<int, std::allocator<int> >)") == "f");
    CHECK(short_name("(anonymous namespace)::f(int)") == "f");
    CHECK(short_name("int space::f<int>(int)") == "space::f<int>");
    CHECK(short_name("main::{lambda(int)#1}") == "main::lambda 1");
    CHECK(short_name("work(int)::{lambda()#2}") == "work::lambda 2");
    CHECK(short_name("work()::{lambda(int)#1}::_FUN(int)") == "work::lambda 1");
    CHECK(short_name("work(int)::$_0::__invoke(int)") == "work::lambda 0");
    CHECK(short_name("account::deposit(int) const") == "account::deposit");
    CHECK(short_name("sum::operator()(int) const") == "sum::operator()");
    CHECK(short_name("std::pair<int, long>") == "std::pair<int, long>");
    CHECK(short_name("(((") == "(((");
    CHECK(short_name("") == "");
    CHECK(short_name(std::string(5000, '<')).size() < 200);
}

TEST_CASE("a function has the same name by its portable name") {
    function_names names;
    const auto what = brood::detail::callee_of(&brood::pools::short_name);
    CHECK(names.of(what).ends_with("short_name"));
    CHECK(names.of_portable(portable_name(what)) == names.of(what));
    CHECK(names.of_portable("") == "task");
    CHECK(names.of_portable(portable_name({&typeid(function_names), nullptr, 0})) == "brood::pools::function_names");
    CHECK_THROWS(names.of_portable(std::string("x\0\x01", 3)));
}

TEST_CASE("events are in the file when it is flushed, when there are many and when they are old") {
    const brood_test::temporary_folder folder;
    const auto path = folder / "trace.json";
    const auto file = trace_file::join(brood_test::to_utf8(path));
    const auto has = [&](const std::string& what) { return read_text(path).find(what) != std::string::npos; };
    file->add(an_event(1'000), 1);
    CHECK(file->holds_events());
    CHECK_FALSE(has("\"ts\":1}"));
    file->flush();
    CHECK_FALSE(file->holds_events());
    CHECK(has("\"ts\":1}"));
    file->add(an_event(2'000), 2);
    CHECK_FALSE(has("\"ts\":2}"));
    file->add(an_event(3'000), 3 + trace_file::interval);
    CHECK(has("\"ts\":3}"));
    for (int i = 0; i < 5000; ++i) file->add(an_event(4'000), 4 + trace_file::interval);
    CHECK(has("\"ts\":4}"));
    file->leave();
    CHECK(json::parse(read_text(path)).size() == 2 + 3 + 5000);
    file->add(an_event(5), 5);
    CHECK(json::parse(read_text(path)).size() == 2 + 3 + 5000);
}

TEST_CASE("the array of a trace file is closed by the last and opened again by the next") {
    const brood_test::temporary_folder folder;
    const auto path = folder / "trace.json";
    const auto one = trace_file::join(brood_test::to_utf8(path));
    CHECK(trace_file::join(brood_test::to_utf8(path)) == one);
    one->leave();
    CHECK_FALSE(json::accept(read_text(path)));
    one->leave();
    CHECK(json::parse(read_text(path)).size() == 2);
    const auto next = trace_file::join(brood_test::to_utf8(path));
    CHECK(next != one);
    next->add(an_event(1), 1);
    next->leave();
    CHECK(json::parse(read_text(path)).size() == 4);
}

TEST_CASE("a trace file that cannot be made throws with its path") {
    const brood_test::temporary_folder folder;
    CHECK_THROWS_AS(trace_file::join(brood_test::to_utf8(folder.path())), std::system_error);
    CHECK_THROWS_AS(trace_file::join(brood_test::to_utf8(folder / "no" / "such")), std::system_error);
}
