// SPDX-License-Identifier: MIT
#include "arena/blocks.hpp"
#include "arena/references.hpp"

#include <brood/detail/load_value.hpp>
#include <brood/detail/result_cell.hpp>
#include <brood/serialization.hpp>
#include <brood/shared_future.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;
using brood::detail::result_cell;

namespace {

void fill(const result_cell& cell, const std::string& text) {
    brood::output_archive archive;
    brood::detail::save_value(archive, text);
    cell.fill(archive);
}
std::string read(const result_cell& cell) {
    brood::detail::taken_value taken;
    cell.read(taken);
    brood::input_archive archive(taken.bytes(), &taken);
    return brood::detail::load_value<std::string>(archive);
}
const auto now = std::chrono::steady_clock::time_point::min();

// As another process would have it.
template <class R>
brood::shared_future<R> received(const brood::shared_future<R>& sent) {
    brood::output_archive archive;
    brood::detail::save_value(archive, sent);
    brood::input_archive in(archive.bytes());
    return brood::detail::load_value<brood::shared_future<R>>(in);
}

}  // namespace

TEST_CASE("a cell is waited for until it is filled, and read as often as one likes") {
    const auto cell = result_cell::make();
    const auto soon = std::chrono::steady_clock::now() + 1ms;
    CHECK_FALSE(cell.wait_until(&now));
    CHECK_FALSE(cell.wait_until(&soon));
    std::promise<std::string> told;
    cell.when_settled([&] { told.set_value(read(cell)); });
    fill(cell, std::string(100'000, 'a'));
    CHECK(cell.wait_until(nullptr));
    CHECK(read(cell) == std::string(100'000, 'a'));
    CHECK(read(cell) == std::string(100'000, 'a'));
    CHECK(told.get_future().get() == std::string(100'000, 'a'));
}

TEST_CASE("a cell that is given up says that there was no memory for the result") {
    const auto cell = result_cell::make();
    cell.give_up();
    CHECK(cell.wait_until(nullptr));
    CHECK_THROWS_AS(read(cell), std::bad_alloc);
}

TEST_CASE("cells, and shared futures that others have, leave no memory behind, read or not") {
    static_cast<void>(brood::arena::make_object(brood::arena::kind::bytes, 8, [](void*) {}));
    const auto before = brood::arena::memory_in_use();
    static_cast<void>(result_cell::make());
    fill(result_cell::make(), "unread");
    {
        const auto state = std::make_shared<brood::detail::local_state<std::string>>();
        const auto sent = brood::future<std::string>(state).share();
        const auto early = received(sent);
        state->set_value(std::string(10'000, 'b'));
        CHECK(sent.get().size() == 10'000);
        CHECK(received(sent).get().size() == 10'000);
    }
    CHECK(brood::arena::memory_in_use().blocks == before.blocks);
    CHECK(brood::arena::memory_in_use().bytes == before.bytes);
}

TEST_CASE("bytes that name no cell are refused") {
    brood::output_archive archive;
    brood::detail::shared_object::of(brood::arena::make_object(brood::arena::kind::bytes, 64, [](void*) {
    })).save(archive);
    brood::input_archive in(archive.bytes());
    CHECK_THROWS_AS(result_cell::load(in), brood::serialization_error);
}
