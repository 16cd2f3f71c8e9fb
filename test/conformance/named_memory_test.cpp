// SPDX-License-Identifier: MIT
// Named memory between processes, and whose it is.
#include "mailbox.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstring>
#include <doctest/doctest.h>
#include <optional>
#include <stdexcept>
#include <thread>

using namespace brood_test;
using brood::shareable_list;
using brood::shared_memory;

namespace {

std::string text_in(const shared_memory& memory) { return reinterpret_cast<const char*>(memory.data().data()); }

void write_text(const shared_memory& memory, const std::string& text) {
    std::memcpy(memory.data().data(), text.c_str(), text.size() + 1);
}

shared_memory make(const std::string& text) {
    auto memory = shared_memory::create(100);
    write_text(memory, text);
    return memory;
}

// Unlinks at the end of a test, also of one that failed.
struct unlinked_at_end {
    shared_memory memory;
    ~unlinked_at_end() {
        try {
            memory.unlink();
        } catch (const brood::error&) {
            // a test did it
        }
    }
};

std::optional<std::error_code> code_of_attach(const std::string& name) {
    try {
        shared_memory::attach(name);
    } catch (const brood::error& e) {
        return e.code();
    }
    return std::nullopt;
}

bool is_missing(const std::string& name) {
    return code_of_attach(name) == std::make_error_condition(std::errc::no_such_file_or_directory);
}

}  // namespace

TEST_CASE("memory has a name like CPython's, the size asked for, and zeros in it") {
    const unlinked_at_end one{shared_memory::create(10'000)};
    const auto& name = one.memory.name();
    const std::string prefix = name.substr(0, name.find('_') + 1);
    CHECK((prefix == "psm_" || prefix == "wnsm_"));
    CHECK(name.size() == prefix.size() + 8);
    CHECK(name.find_first_not_of("0123456789abcdef", prefix.size()) == name.npos);
    CHECK(one.memory.size() == 10'000);
    for (const auto byte : one.memory.data()) REQUIRE(byte == std::byte{0});
}

TEST_CASE("what one handle writes another attached by name reads") {
    const unlinked_at_end one{make("hello")};
    const auto second = shared_memory::attach(one.memory.name());
    CHECK(second.size() >= one.memory.size());
    CHECK(text_in(second) == "hello");
    write_text(second, "back");
    CHECK(text_in(one.memory) == "back");
}

TEST_CASE("the span stays valid while a copy of the handle lives") {
    std::optional<shared_memory> first = make("kept");
    const unlinked_at_end second{*first};
    const auto bytes_of = first->data();
    first->close();
    first.reset();
    CHECK(std::strcmp(reinterpret_cast<const char*>(bytes_of.data()), "kept") == 0);
}

TEST_CASE("a closed handle has no data and still its name") {
    auto memory = make("x");
    const auto name = memory.name();
    memory.close();
    CHECK_FALSE(memory.is_open());
    CHECK_THROWS_AS(static_cast<void>(memory.data()), std::logic_error);
    CHECK_THROWS_AS(static_cast<void>(memory.size()), std::logic_error);
    CHECK(memory.name() == name);
    CHECK(text_in(shared_memory::attach(name)) == "x");  // no handle was left, the memory was
    memory.unlink();
    CHECK(is_missing(name));
}

TEST_CASE("an empty handle refuses to be used") {
    shared_memory none;
    CHECK_FALSE(none);
    CHECK(none.name().empty());
    CHECK_THROWS_AS(static_cast<void>(none.data()), std::logic_error);
    CHECK_THROWS_AS(none.unlink(), std::logic_error);
}

TEST_CASE("a name is unlinked once, by whichever handle") {
    auto memory = make("x");
    auto copy = memory;
    auto attached = shared_memory::attach(memory.name());
    attached.unlink();
    const auto missing = std::make_error_condition(std::errc::no_such_file_or_directory);
    for (auto* each : {&attached, &memory, &copy}) {
        try {
            each->unlink();
            FAIL("unlinked twice");
        } catch (const brood::error& e) {
            CHECK(e.code() == missing);
        }
    }
    CHECK(text_in(memory) == "x");  // mappings stay
    CHECK(is_missing(memory.name()));
}

TEST_CASE("errors tell what was wrong") {
    const unlinked_at_end one{
        shared_memory::create(10, "brood_test_" + std::to_string(brood::current_process().pid()))};
    try {
        shared_memory::create(10, one.memory.name());
        FAIL("two of one name");
    } catch (const brood::error& e) {
        CHECK(e.code() == std::errc::file_exists);
        CHECK(std::string(e.what()).find(one.memory.name()) != std::string::npos);
    }
    CHECK(is_missing("brood_test_no_such_memory"));
    CHECK_THROWS_AS(shared_memory::create(0), std::invalid_argument);
    CHECK_THROWS_AS(shared_memory::create(10, "a/b"), std::invalid_argument);
    CHECK_THROWS_AS(shared_memory::create(10, std::string("a\0b", 3)), std::invalid_argument);
    CHECK_THROWS_AS(shared_memory::attach(""), std::invalid_argument);
    CHECK_THROWS_AS(shared_memory::attach("/a"), std::invalid_argument);
    CHECK_THROWS_AS(shared_memory::create(std::size_t{1} << 60), brood::error);
    CHECK_THROWS_AS(shared_memory::create(~std::size_t{0}), brood::error);
}

TEST_CASE("a child attaches what its parent made, as an argument, and writes to it") {
    const unlinked_at_end one{make("to the child")};
    auto child = brood::spawn(
        [](const shared_memory& memory) {
            expect(text_in(memory) == "to the child", "the text");
            write_text(memory, "from the child");
        },
        one.memory);
    child.join();
    REQUIRE(child.exit_code() == 0);
    CHECK(text_in(one.memory) == "from the child");
}

namespace {

struct order {
    std::string what;
    std::vector<shared_memory> memories;
};

}  // namespace

TEST_CASE("memory crosses as a member, empty handles too") {
    const unlinked_at_end one{make("member")};
    const auto texts = brood::async(
                           [](const order& given) {
                               expect(!given.memories[1], "the empty one");
                               return text_in(given.memories[0]);
                           },
                           order{"x", {one.memory, {}}})
                           .get();
    CHECK(texts == "member");
}

TEST_CASE("a child's memory is returned and outlives the child") {
    const unlinked_at_end one{brood::async(make, "made there").get()};
    CHECK(text_in(one.memory) == "made there");
    CHECK(text_in(shared_memory::attach(one.memory.name())) == "made there");
}

TEST_CASE("a grandchild's memory outlives grandchild and child") {
    const unlinked_at_end one{brood::async([] { return brood::async(make, "made far away").get(); }).get()};
    CHECK(text_in(one.memory) == "made far away");
}

TEST_CASE("what a child made stays when the child is killed") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& to) {
            const auto memory = make("from the dead");
            to.send(memory.name());
            idle();
        },
        box);
    const auto name = box.receive();
    child.kill();
    child.join();
    const unlinked_at_end one{shared_memory::attach(name)};
    CHECK(text_in(one.memory) == "from the dead");
}

TEST_CASE("one that only attached removes nothing by its end") {
    const unlinked_at_end one{make("stays")};
    brood::spawn([](const std::string& name) { text_in(shared_memory::attach(name)); }, one.memory.name()).join();
    auto killed = brood::spawn(
        [](const std::string& name) {
            const auto memory = shared_memory::attach(name);
            kill_process(brood::current_process().pid());
        },
        one.memory.name());
    killed.join();
    CHECK(text_in(shared_memory::attach(one.memory.name())) == "stays");
}

TEST_CASE("a child unlinks what its parent made, and the parent what its child made") {
    auto mine = make("mine");
    brood::spawn([](shared_memory memory) { memory.unlink(); }, mine).join();
    CHECK(is_missing(mine.name()));
    CHECK_THROWS_AS(mine.unlink(), brood::error);
    auto theirs = brood::async(make, "theirs").get();
    theirs.unlink();
    CHECK(is_missing(theirs.name()));
}

TEST_CASE("memory that is gone cannot be an argument") {
    auto memory = make("x");
    memory.unlink();
    memory.close();
    const auto name = memory.name();
    CHECK(brood::async(
              [](const std::string& gone) {
                  try {
                      shared_memory::attach(gone);
                  } catch (const brood::error&) {
                      return true;
                  }
                  return false;
              },
              name)
              .get());
}

TEST_CASE("many threads make and unlink memory at once") {
    std::vector<std::thread> all;
    for (int t = 0; t < 4; ++t)
        all.emplace_back([] {
            for (int i = 0; i < rounds(50); ++i) {
                auto memory = make("x");
                auto again = shared_memory::attach(memory.name());
                again.unlink();
            }
        });
    for (auto& one : all) one.join();
}

TEST_CASE("the process that watches the memory is nobody's child") {
    const unlinked_at_end one{make("x")};
    CHECK(brood::active_children().empty());
}

// ---- lists ----

TEST_CASE("a list holds what it was made of, and each value can be set") {
    using namespace std::string_literals;
    auto list = shareable_list::create({1, 2.5, true, {}, "two", brood::bytes(3)});
    const unlinked_at_end guard{list.shm()};
    CHECK(list.size() == 6);
    CHECK(list[0] == shareable_list::value_type(std::int64_t{1}));
    CHECK(list.at(4) == shareable_list::value_type("two"s));
    list.set(4, "three");
    list.set(3, 4);
    CHECK(std::get<std::string>(list[4]) == "three");
    CHECK(list.format(4) == "8s");
    CHECK(list.count(true) == 1);
    CHECK(list.index(4) == 3);
    CHECK(list.index("none") == std::nullopt);
    CHECK_THROWS_AS(list.set(4, "more than eight"), std::length_error);
    CHECK(std::get<std::string>(list[4]) == "three");
    CHECK_THROWS_AS(static_cast<void>(list.at(6)), std::out_of_range);
    std::size_t seen = 0;
    for (const auto& value : list) seen += value.index() == 4;
    CHECK(seen == 1);
}

TEST_CASE("a list is made of a vector under a name of its own, and attached by it") {
    const std::vector<shareable_list::value_type> values = {"one", "two"};
    const std::string name = "brood_list_" + std::to_string(brood::current_process().pid());
    const auto list = shareable_list::create(values, name);
    const unlinked_at_end guard{list.shm()};
    const auto second = shareable_list::attach(name);
    CHECK(second.name() == name);
    CHECK(std::vector<shareable_list::value_type>(second.begin(), second.end()) == values);
}

TEST_CASE("a list crosses to a child, which changes it, and back") {
    auto list = shareable_list::create({0, "text"});
    const unlinked_at_end guard{list.shm()};
    const auto back = brood::async(
                          [](shareable_list given) {
                              given.set(0, 42);
                              return given;
                          },
                          list)
                          .get();
    CHECK(list[0] == shareable_list::value_type(std::int64_t{42}));
    CHECK(back[0] == list[0]);
}

TEST_CASE("memory that is no list is refused") {
    const unlinked_at_end one{make("this is no list of anything, whatever it may look like")};
    CHECK_THROWS_AS(shareable_list::attach(one.memory.name()), brood::serialization_error);
    CHECK_THROWS_AS(static_cast<void>(shareable_list().size()), std::logic_error);
}
