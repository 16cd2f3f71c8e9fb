// SPDX-License-Identifier: MIT
// Served managers and peers that know the key and then send anything, or nothing: only they lose by it.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;

namespace {

const std::string key = "a key of these tests";
using message = std::vector<std::byte>;

// Whatever it is called with does no harm.
class tally {
public:
    int add(int n) {
        sum_ += static_cast<unsigned>(n);
        return static_cast<int>(sum_);
    }
    std::vector<int> list(std::vector<int> all, const std::string& text) const {
        all.push_back(static_cast<int>(text.size()));
        return all;
    }

private:
    unsigned sum_ = 0;
};

// Passes messages on, both ways, until one side is gone; gives those of the first.
std::vector<message> pass_on(const brood::byte_connection& client, const brood::byte_connection& server) {
    std::vector<message> said;
    try {
        for (;;) {
            for (const std::size_t from : brood::wait({client, server})) {
                const auto one = (from == 0 ? client : server).recv_bytes();
                (from == 0 ? server : client).send_bytes(one);
                if (from == 0) said.push_back(one);
            }
        }
    } catch (const brood::error&) {
    }
    return said;
}

// What a client says when it does these things.
template <class Work>
std::vector<message> record(const brood::address& manager, Work work) {
    brood::listener door(brood::tcp("127.0.0.1", 0), {.authkey = key});
    std::vector<message> said;
    std::thread between([&] {
        const auto client = door.accept();
        said = pass_on(client, brood::connect(manager, {.authkey = key}));
    });
    work(brood::manager::connect(door.address(), {.authkey = key}));
    between.join();
    return said;
}

class mutator {
public:
    explicit mutator(std::uint32_t seed) : random_(seed) {}
    std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }

    message change(message one) {
        switch (below(6)) {
            case 0: one.resize(below(one.size() + 1)); break;
            case 1: one.resize(one.size() + below(200)); break;
            case 2:
                if (one.size() >= 8)
                    std::fill_n(one.begin() + static_cast<std::ptrdiff_t>(below(one.size() - 7)), 8, std::byte{0xff});
                break;
            default: break;
        }
        for (auto left = one.empty() ? 0 : below(5); left > 0; --left)
            one[below(one.size())] ^= static_cast<std::byte>(1U << below(8));
        return one;
    }

private:
    std::mt19937 random_;
};

// Says some of it, changed; gone without having heard an answer.
void say_changed(const brood::address& manager, const std::vector<message>& said, mutator& how) {
    const auto bad = brood::connect(manager, {.authkey = key});
    try {
        bad.send_bytes(bad.recv_bytes());  // the greeting of the same program
        bad.send_bytes(said[1]);           // finds the object
        for (auto left = 1 + how.below(8); left > 0; --left)
            bad.send_bytes(how.change(said[1 + how.below(said.size() - 1)]));
    } catch (const brood::error&) {
        // it had enough
    }
}

}  // namespace

TEST_CASE("a served manager stands requests that were changed at random") {
    brood::manager m;
    const auto shared = m.create<tally>();
    m.publish("shared", shared);
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    const auto said = record(where, [](const brood::manager& client) {
        const auto found = client.find<tally>("shared");
        found.call<&tally::add>(1);
        found.call<&tally::list>(std::vector<int>{1, 2, 3}, "text");
        client.create<tally>().call<&tally::add>(2);
        client.object_count();
    });
    REQUIRE(said.size() >= 6);
    for (std::uint32_t seed = 1; seed <= 300; ++seed) {
        mutator how(seed);
        say_changed(where, said, how);
    }
    const auto good = brood::manager::connect(where, {.authkey = key}).find<tally>("shared");
    CHECK(good.call<&tally::list>(std::vector<int>{4}, "text") == std::vector<int>{4, 4});
    CHECK(shared.call<&tally::list>(std::vector<int>{5}, "") == std::vector<int>{5, 0});
    CHECK(comes_true([&] { return m.object_count() == 1; }));
}

TEST_CASE("peers that say nothing, at any point, hold up nobody, nor the manager's end") {
    brood::manager m;
    m.publish("shared", m.create<tally>());
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    std::vector<brood::byte_connection> silent;
    for (int i = 0; i < 10; ++i) {
        silent.push_back(brood::connect(where));                    // does not answer the challenge
        silent.push_back(brood::connect(where, {.authkey = key}));  // does not greet
        silent.push_back(brood::connect(where, {.authkey = key}));  // asks for nothing
        silent.back().send_bytes(silent.back().recv_bytes());
    }
    const auto good = brood::manager::connect(where, {.authkey = key}).find<tally>("shared");
    CHECK(good.call<&tally::add>(3) == 3);
    m.shutdown();
    CHECK_THROWS_AS(good.call<&tally::add>(1), brood::error);
}
