// SPDX-License-Identifier: MIT
// Two hundred processes that use one manager at the same time, each through a proxy that it was sent and through a
// connection of its own.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace brood_test;

namespace {

const std::string key = "a key of these tests";

class tally {
public:
    int add(int n) { return sum_ += n; }
    int sum() const { return sum_; }

private:
    int sum_ = 0;
};

void use(const brood::proxy<tally>& shared, brood::address where, brood::latch all) {
    const auto connected = brood::manager::connect(where, {.authkey = key});
    const auto own = connected.create<tally>();
    all.arrive_and_wait();
    const auto found = connected.find<tally>("shared");
    for (int i = 1; i <= 10; ++i) {
        shared.call<&tally::add>(1);
        found.call<&tally::add>(1);
        expect(own.call<&tally::add>(1) == i, "an own object");
    }
}

}  // namespace

TEST_CASE("a manager serves two hundred processes at once, and keeps nothing of them") {
    constexpr int count = 200;
    brood::manager m;
    const auto shared = m.create<tally>();
    m.publish("shared", shared);
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    const brood::latch all(count);
    std::vector<brood::process> clients;
    for (int i = 0; i < count; ++i) clients.push_back(brood::spawn(use, shared, where, all));
    for (auto& one : clients) {
        one.join();
        CHECK(one.exit_code() == 0);
    }
    CHECK(shared.call<&tally::sum>() == count * 20);
    CHECK(comes_true([&] { return m.object_count() == 1; }));
}
