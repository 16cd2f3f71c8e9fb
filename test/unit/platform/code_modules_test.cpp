// SPDX-License-Identifier: MIT
#include "child.hpp"

#include <algorithm>
#include <filesystem>
#include <set>

using namespace platform_test;

namespace {

int some_function(int value) { return value + 1; }
int some_data = 0;

const void* address_of(int (*function)(int)) { return reinterpret_cast<const void*>(function); }

std::filesystem::path as_path(const std::string& text) { return std::u8string(text.begin(), text.end()); }

// Sends what it knows of the function to the parent.
role tells_module("tells module", [](bootstrap& from) {
    const auto here = module_of(address_of(some_function)).value();
    const auto offset = reinterpret_cast<std::uintptr_t>(&some_function) - here.base;
    send_text(from.channel.get(), here.build_id);
    send_text(from.channel.get(), std::to_string(offset));
    return 0;
});

}  // namespace

TEST_CASE("the program is the first of the loaded modules, the only one that is the program") {
    const auto modules = loaded_modules();
    REQUIRE_FALSE(modules.empty());
    CHECK(modules.front().program);
    CHECK(std::ranges::count(modules, true, &brood::platform::module::program) == 1);
    CHECK(std::filesystem::equivalent(as_path(modules.front().path), as_path(executable_path())));
}

TEST_CASE("every loaded module has a build id, a file and code") {
    for (const auto& loaded : loaded_modules()) {
        CAPTURE(loaded.path);
        CHECK(loaded.build_id.size() >= 8);
        CHECK(loaded.code_begin < loaded.code_end);
        CHECK(std::filesystem::path(as_path(loaded.path)).is_absolute());
    }
}

TEST_CASE("a function of the program lies in the code of the program") {
    const auto holder = module_of(address_of(some_function));
    REQUIRE(holder);
    CHECK(holder->program);
    CHECK(holder->build_id == loaded_modules().front().build_id);
    const auto address = reinterpret_cast<std::uintptr_t>(&some_function);
    CHECK(address >= holder->code_begin);
    CHECK(address < holder->code_end);
}

TEST_CASE("an object of the program lies in the program, but not in its code") {
    const auto holder = module_of(&some_data);
    REQUIRE(holder);
    CHECK(holder->program);
    const auto address = reinterpret_cast<std::uintptr_t>(&some_data);
    CHECK((address < holder->code_begin || address >= holder->code_end));
}

TEST_CASE("memory of no module has no module") {
    const auto heap = std::make_unique<int>(0);
    CHECK_FALSE(module_of(heap.get()));
    CHECK_FALSE(module_of(nullptr));
    CHECK_FALSE(view_module(heap.get()));
}

TEST_CASE("the view of a module says the same as the module") {
    const auto whole = module_of(address_of(some_function)).value();
    const auto view = view_module(address_of(some_function)).value();
    CHECK(view.path == whole.path);
    CHECK(view.base == whole.base);
    CHECK(view.code_begin == whole.code_begin);
    CHECK(view.code_end == whole.code_end);
    CHECK(view.build_id() == whole.build_id);
    CHECK(view.program == whole.program);
}

TEST_CASE("a library that does not exist cannot be loaded, and the error names it") {
    try {
        load_module("/no/such/library.so");
        FAIL("it was loaded");
    } catch (const std::runtime_error& e) {
        CHECK_FALSE(std::string(e.what()).empty());
    }
}

TEST_CASE("a child of the same program has the same build id and offset, wherever it was loaded") {
    test_child child("tells module");
    const auto here = module_of(address_of(some_function)).value();
    const auto offset = reinterpret_cast<std::uintptr_t>(&some_function) - here.base;
    CHECK(receive_text(child.channel()) == here.build_id);
    CHECK(receive_text(child.channel()) == std::to_string(offset));
    CHECK(child.wait() == exit_status::exited(0));
}
