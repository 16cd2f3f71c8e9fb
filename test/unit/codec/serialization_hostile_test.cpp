// SPDX-License-Identifier: MIT
// Damaged and hostile bytes: a typed error or a value, never more memory than the message justifies.
#include "hostile_type.hpp"
#include "round_trip.hpp"
#include "unit/allocations.hpp"

#include <doctest/doctest.h>

#include <random>

namespace {

using bytes = std::vector<std::byte>;

// One of the ways in which bytes go wrong.
void damage(bytes& message, std::mt19937& random) {
    const auto at = [&] { return random() % message.size(); };
    switch (random() % 6) {
        case 0: message[at()] ^= std::byte(1U << random() % 8); break;
        case 1: message[at()] = std::byte(random()); break;
        case 2: message[at()] = std::byte(random() % 2 != 0 ? 0xff : 0x80); break;
        case 3: message.resize(at() + 1); break;
        case 4: message.insert(message.begin() + static_cast<std::ptrdiff_t>(at()), std::byte(random())); break;
        default: {
            const auto from = at();
            const auto size = std::min<std::size_t>(random() % 16, message.size() - std::max(from, at()));
            std::copy_n(message.begin() + static_cast<std::ptrdiff_t>(from), std::min(size, message.size() - from),
                        message.begin() + static_cast<std::ptrdiff_t>(at() / 2));
        }
    }
}

}  // namespace

TEST_CASE("a type with something of everything survives") {
    const auto message = test::bytes_of(hostile::full());
    const auto arrived = test::from_bytes<hostile::everything>(message);
    CHECK(arrived.shared == arrived.again);
    CHECK(arrived.weak.lock() == arrived.shared);
    CHECK(test::bytes_of(arrived) == message);
}

TEST_CASE("100,000 damaged messages give values or serialization errors and ask for little memory") {
    const bytes whole = test::bytes_of(hostile::full());
    std::mt19937 random(12345);
    int refused = 0, other = 0;
    test::largest_allocation = 0;
    for (int i = 0; i < 100'000; ++i) {
        bytes message = whole;
        for (unsigned n = 1 + random() % 4; n > 0; --n) damage(message, random);
        try {
            test::from_bytes<hostile::everything>(message);
        } catch (const brood::serialization_error&) {
            ++refused;
        } catch (...) {
            ++other;
        }
    }
    CHECK(other == 0);
    CHECK(refused > 50'000);
    CHECK(test::largest_allocation < 64 * whole.size() + 8192);
}

TEST_CASE("messages of random bytes do no more harm") {
    std::mt19937 random(54321);
    test::largest_allocation = 0;
    int other = 0;
    for (int i = 0; i < 20'000; ++i) {
        bytes message(random() % 512);
        for (std::byte& b : message) b = std::byte(random() % 3 == 0 ? random() : random() % 3);
        try {
            test::from_bytes<hostile::everything>(message);
        } catch (const brood::serialization_error&) {
        } catch (...) {
            ++other;
        }
    }
    CHECK(other == 0);
    CHECK(test::largest_allocation < 64 * 512 + 8192);
}
