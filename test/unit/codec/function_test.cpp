// SPDX-License-Identifier: MIT
#include "codec/function.hpp"
#include "platform/platform.hpp"
#include "plugin.hpp"

#include <brood/detail/archive.hpp>
#include <brood/error.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

using namespace brood;
using namespace brood::detail;

namespace {

int plus_one(int value) { return value + 1; }
int some_data = 0;

const void* as_code(int (*function)(int)) { return reinterpret_cast<const void*>(function); }

std::string message_of(const code_location& location) {
    try {
        resolve_code(location);
    } catch (const bootstrap_error& e) {
        return e.what();
    }
    return "no error";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const void* through_archive(const void* address, archive_mode mode = {}) {
    output_archive out(mode);
    save_code(out, address);
    input_archive in(out.bytes());
    const void* read = load_code(in);
    CHECK(in.left() == 0);
    return read;
}

}  // namespace

TEST_CASE("a function is located in its module and found again") {
    const auto location = locate_code(as_code(plus_one));
    CHECK(location.program);
    CHECK_FALSE(location.build_id.empty());
    CHECK(location.module_path == platform::loaded_modules().front().path);
    CHECK(resolve_code(location) == as_code(plus_one));
    CHECK(resolve_code(location) == as_code(plus_one));
    CHECK(find_code(location.build_id, location.offset, location.module_path) == as_code(plus_one));
}

TEST_CASE("the path does not matter for a build that is loaded") {
    auto location = locate_code(as_code(plus_one));
    location.module_path = "/somewhere/else";
    CHECK(resolve_code(location) == as_code(plus_one));
}

TEST_CASE("data and memory of no module cannot be sent as code") {
    const auto heap = std::make_unique<int>(0);
    CHECK_THROWS_AS(locate_code(&some_data), serialization_error);
    CHECK_THROWS_AS(locate_code(heap.get()), serialization_error);
    CHECK_THROWS_AS(locate_code(nullptr), serialization_error);
}

TEST_CASE("an offset outside the code of its module is refused") {
    const auto location = locate_code(as_code(plus_one));
    const auto home = platform::module_of(as_code(plus_one)).value();
    auto wrong = location;
    for (const std::uint64_t offset : {home.code_end - home.base, home.code_begin - home.base - 1,
                                       std::uintptr_t(0) - home.base, ~std::uintptr_t(0)}) {
        wrong.offset = offset;
        CHECK_THROWS_AS(resolve_code(wrong), serialization_error);
        CHECK(find_code(wrong.build_id, wrong.offset, wrong.module_path) == nullptr);
    }
}

TEST_CASE("a program of another build is refused, and both build ids are named") {
    auto location = locate_code(as_code(plus_one));
    const auto ours = hex(location.build_id);
    location.build_id = "other build";
    location.module_path = "/their/program";
    const auto message = message_of(location);
    CHECK(contains(message, ours));
    CHECK(contains(message, hex("other build")));
    CHECK(contains(message, "/their/program"));
    CHECK(contains(message, platform::loaded_modules().front().path));
    CHECK(find_code(location.build_id, location.offset, location.module_path) == nullptr);
}

TEST_CASE("a library that is nowhere is refused by name, with the loader's reason") {
    const code_location location{"some build", 64, "/no/such/library.so", false};
    const auto message = message_of(location);
    CHECK(contains(message, "/no/such/library.so"));
    CHECK(contains(message, hex("some build")));
}

TEST_CASE("a library is never searched for by a bare name") {
    const code_location location{"some build", 64, "library.so", false};
    CHECK(contains(message_of(location), "full path"));
    CHECK(contains(message_of({"some build", 64, "", false}), "full path"));
}

TEST_CASE("a function in a library that is not loaded yet is found by loading it") {
    const auto first = plugin::copy("greet", "first");
    const auto second = plugin::copy("greet", "second");
    platform::load_module(first);
    auto location = locate_code(plugin::function(first, "plugin_twice"));
    CHECK_FALSE(location.program);
    CHECK(location.module_path == first);
    CHECK(plugin::call(resolve_code(location), 21) == 42);

    // Another copy of the same build at another address: the sender's path decides.
    platform::load_module(second);
    location.module_path = second;
    const void* there = resolve_code(location);
    CHECK(there != plugin::function(first, "plugin_twice"));
    CHECK(there == plugin::function(second, "plugin_twice"));
    CHECK(plugin::call(there, 21) == 42);
}

TEST_CASE("a library of another build at the expected path is refused, and both build ids are named") {
    const auto expected = plugin::copy("greet", "expected");
    platform::load_module(expected);
    auto location = locate_code(plugin::function(expected, "plugin_twice"));
    const auto changed = plugin::copy("other", "changed");
    location.module_path = changed;
    location.build_id.back() = static_cast<char>(location.build_id.back() ^ 1);

    for (const char* when : {"when it is loaded for this", "when it is loaded already"}) {
        CAPTURE(when);
        const auto message = message_of(location);
        CHECK(contains(message, changed));
        CHECK(contains(message, hex(location.build_id)));
        const auto* function = plugin::function(changed, "plugin_thrice");
        REQUIRE(function);
        CHECK(contains(message, hex(locate_code(function).build_id)));
    }
}

TEST_CASE("a file that is no library is refused") {
    const auto location =
        code_location{"some build", 64, std::string(BROOD_TEST_SOURCE_DIR) + "/CMakeLists.txt", false};
    CHECK(contains(message_of(location), "CMakeLists.txt"));
}

TEST_CASE("code and null pointers survive an archive") {
    CHECK(through_archive(as_code(plus_one)) == as_code(plus_one));
    CHECK(through_archive(nullptr) == nullptr);
}

TEST_CASE("where the reader runs the same program, its functions have short names, and others their long ones") {
    constexpr archive_mode same{.same_program = true};
    CHECK(through_archive(as_code(plus_one), same) == as_code(plus_one));
    CHECK(through_archive(nullptr, same) == nullptr);
    output_archive out(same);
    save_code(out, as_code(plus_one));
    CHECK(out.size() == 9);
    std::vector<std::byte> bytes(out.bytes().begin(), out.bytes().end());
    for (std::size_t i = 1; i < bytes.size(); ++i) bytes[i] = std::byte{0x7f};
    input_archive in(bytes);
    CHECK_THROWS_AS(load_code(in), serialization_error);
}

TEST_CASE("bytes of an archive that are no code are refused whatever they are") {
    output_archive out;
    save_code(out, as_code(plus_one));
    const auto bytes = out.bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        input_archive in(bytes.first(size));
        CHECK_THROWS_AS(load_code(in), serialization_error);
    }
    const std::byte wrong_form[] = {std::byte{9}};
    input_archive in(wrong_form);
    CHECK_THROWS_AS(load_code(in), serialization_error);
}

TEST_CASE("several threads locate and resolve at once") {
    const auto location = locate_code(as_code(plus_one));
    std::vector<std::jthread> threads;
    std::atomic<int> right{0};
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&, i] {
            auto mine = location;
            mine.module_path = "/path/of/thread/" + std::to_string(i);
            for (int n = 0; n < 200; ++n) right += resolve_code(mine) == as_code(plus_one) ? 1 : 0;
        });
    }
    threads.clear();
    CHECK(right == 800);
}

TEST_CASE("bytes are told as hexadecimal digits") {
    CHECK(hex("") == "");
    CHECK(hex(std::string("\x00\x7f\xff", 3)) == "007fff");
}
