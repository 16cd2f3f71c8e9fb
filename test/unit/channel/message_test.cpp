// SPDX-License-Identifier: MIT
#include "channel/message.hpp"
#include "arena/blocks.hpp"
#include "channel/kinds.hpp"

#include <brood/detail/channel_core.hpp>
#include <brood/detail/load_value.hpp>
#include <brood/serialization.hpp>

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using brood::channel::growing_message;

namespace {

struct point {
    double x, y, z;
    bool operator==(const point&) const = default;
};
using numbers = std::vector<std::uint32_t>;

numbers count_up(std::size_t count) {
    numbers all(count);
    std::iota(all.begin(), all.end(), 1U);
    return all;
}

template <class T>
T read(const std::shared_ptr<brood::arena::held_block>& message, const std::atomic<bool>* lost = nullptr) {
    brood::detail::taken_value taken;
    taken.set_message(message, lost);
    brood::input_archive archive(taken.bytes(), &taken);
    return brood::detail::load_value<T>(archive);
}

// Read by another thread, which begins before the blocks are written.
template <class T>
void check_grows(const T& value) {
    brood::channel::register_channels();
    brood::output_archive archive;
    brood::detail::save_value(archive, value);
    growing_message message(archive);
    auto reader = std::async(std::launch::async, [&] { return read<T>(message.block()); });
    std::this_thread::sleep_for(2ms);
    if (!archive.blocks().empty()) {
        CHECK_FALSE(brood::channel::is_whole(message.block()->bytes()));
        CHECK(reader.wait_for(0ms) == std::future_status::timeout);
    }
    message.write_blocks();
    CHECK(brood::channel::is_whole(message.block()->bytes()));
    CHECK((reader.get() == value));
    CHECK((read<T>(message.block()) == value));
}

}  // namespace

TEST_CASE("a message is read while it grows, whatever is in it") {
    check_grows(count_up(1'000'000));
    check_grows(count_up(70'001));
    check_grows(std::vector<point>(50'001, point{1, 2, 3}));  // parts do not end where elements do
    check_grows(std::string(3'000'000, 'a'));
    check_grows(std::vector<std::string>{std::string(200'000, 'b'), "short", std::string(500'001, 'c')});
    check_grows(std::map<int, numbers>{{1, count_up(100'000)}, {2, {}}, {3, count_up(300'000)}});
    check_grows(std::vector<std::array<std::byte, 200'000>>(5));
    check_grows(std::optional<std::u16string>(std::u16string(1'000'000, u'd')));
    check_grows(std::string("no blocks at all"));
}

TEST_CASE("a message that was made at once is whole") {
    brood::channel::register_channels();
    const auto value = std::vector<numbers>{count_up(100'000), count_up(5), count_up(200'000)};
    brood::output_archive archive;
    brood::detail::save_value(archive, value);
    const auto message = brood::channel::make_message(archive);
    CHECK(brood::channel::is_whole(message->bytes()));
    const std::atomic<bool> lost{true};  // of no importance any more
    CHECK(read<std::vector<numbers>>(message, &lost) == value);
}

TEST_CASE("whoever reads a message whose rest is lost is told so, before and while it waits") {
    brood::channel::register_channels();
    const auto value = count_up(500'000);
    brood::output_archive archive;
    brood::detail::save_value(archive, value);
    growing_message message(archive);
    std::atomic<bool> lost{true};
    CHECK_THROWS_AS(read<numbers>(message.block(), &lost), brood::serialization_error);
    lost = false;
    auto reader = std::async(std::launch::async, [&] { return read<numbers>(message.block(), &lost); });
    std::this_thread::sleep_for(20ms);  // it sleeps by then
    lost = true;
    CHECK_THROWS_AS(reader.get(), brood::serialization_error);
    message.write_blocks();
    CHECK(read<numbers>(message.block(), &lost) == value);
}

TEST_CASE("a message whose maker leaves without writing its blocks has them all the same") {
    brood::channel::register_channels();
    const auto value = count_up(500'000);
    brood::output_archive archive;
    brood::detail::save_value(archive, value);
    brood::arena::block_handle kept;
    {
        const growing_message message(archive);
        kept = message.block();
    }
    CHECK(brood::channel::is_whole(kept->bytes()));
    CHECK(read<numbers>(kept) == value);
}
