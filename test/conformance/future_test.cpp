// SPDX-License-Identifier: MIT
// What can be done with the future of a process beyond get().
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

int seven() { return 7; }
int fail() { throw std::out_of_range("far"); }
int after(const mailbox& box) {
    box.wait();
    return 1;
}

bool has_no_children() { return brood::active_children().empty(); }

}  // namespace

TEST_CASE("then runs here when the process has given its result") {
    const auto here = brood::current_process().pid();
    brood::process_id ran_in = 0;
    auto text = brood::async(seven).then([&](int x) {
        ran_in = brood::current_process().pid();
        return std::to_string(x);
    });
    CHECK(text.get() == "7");
    CHECK(ran_in == here);
    CHECK_THROWS_WITH_AS(brood::async(fail).then([](int x) { return x; }).get(), "far", std::out_of_range);
    CHECK(brood::async(fail).then([](const brood::outcome<int>& x) { return x.has_value(); }).get() == false);
    CHECK(brood::async([] { crash(); })
              .then([](const brood::outcome<void>& x) {
                  try {
                      x.value();
                  } catch (const brood::process_died&) {
                      return true;
                  }
                  return false;
              })
              .get());
}

TEST_CASE("a then may start the next process") {
    auto next = brood::async(seven).then([](int x) { return brood::async([](int y) { return y + 1; }, x); });
    CHECK(next.get().get() == 8);
}

TEST_CASE("futures of processes are combined") {
    CHECK(brood::when_all(brood::async(seven), brood::async([] { return std::string("x"); })).get() ==
          std::tuple(7, std::string("x")));
    const auto box = mailbox::make();
    std::vector<brood::future<int>> two;
    two.push_back(brood::async(after, box));
    two.push_back(brood::async(seven));
    CHECK(brood::when_any(two).get() == 1);
    CHECK(brood::wait(two, brood::wait_policy::any));
    CHECK_FALSE(brood::wait(two, brood::wait_policy::all, 1ms));
    std::vector<std::size_t> order;
    for (const auto index : brood::as_completed(two)) {
        order.push_back(index);
        if (order.size() == 1) box.send();
    }
    CHECK(order == std::vector<std::size_t>{1, 0});
    CHECK(brood::wait(two, brood::wait_policy::all));
    CHECK(two[0].get() == 1);
    CHECK(two[1].get() == 7);
}

TEST_CASE("first_error does not wait for who has not failed") {
    const auto box = mailbox::make();
    std::vector<brood::future<int>> two;
    two.push_back(brood::async(after, box));
    two.push_back(brood::async(fail));
    CHECK(brood::wait(two, brood::wait_policy::first_error));
    CHECK_FALSE(two[0].ready());
    box.send();
    CHECK(two[0].get() == 1);
    CHECK_THROWS_AS(two[1].get(), std::out_of_range);
}

TEST_CASE("cancelling the future of a process ends the process") {
    auto endless = brood::async([] { idle(); });
    CHECK(endless.cancel());
    CHECK(endless.ready());
    CHECK_THROWS_AS(endless.get(), brood::cancelled);
    auto chained = brood::async([] { idle(); }).then([] { return 1; });
    CHECK(chained.cancel());
    CHECK_THROWS_AS(chained.get(), brood::cancelled);
    auto done = brood::async(seven);
    done.wait();
    CHECK_FALSE(done.cancel());
    CHECK(done.get() == 7);
    CHECK(comes_true(has_no_children));
}

TEST_CASE("a shared future of a process gives its result many times") {
    const auto shared = brood::async(seven).share();
    CHECK(shared.get() == 7);
    CHECK(shared.get() == 7);
    CHECK(comes_true(has_no_children));  // once it has given its result, nobody waits for its end
}

TEST_CASE("futures that are dropped while somebody listens are no harm") {
    REQUIRE(comes_true(has_no_children));  // those of other tests
    const auto box = mailbox::make();
    {
        std::vector<brood::future<int>> one;
        one.push_back(brood::async(after, box));
        auto any = brood::when_any(one);
        CHECK_FALSE(any.ready());
        CHECK_FALSE(brood::wait(one, brood::wait_policy::any, 1ms));
        box.send();
    }
    CHECK(has_no_children());
}

TEST_CASE("a dropped future has waited for its process, also while its result is noticed") {
    REQUIRE(comes_true(has_no_children));
    for (int i = 0; i < 50; ++i) {
        {
            std::vector<brood::future<int>> one;
            one.push_back(brood::async(seven));
            const auto any = brood::when_any(one);
        }
        CHECK(has_no_children());
    }
}

TEST_CASE("as_completed names also futures that are fetched or dropped meanwhile") {
    REQUIRE(comes_true(has_no_children));
    for (int i = 0; i < 20; ++i) {
        std::vector<brood::future<int>> three;
        for (int one = 0; one < 3; ++one) three.push_back(brood::async(seven));
        auto completed = brood::as_completed(three);
        CHECK(three[0].get() == 7);
        three[1] = {};
        three[2] = brood::async(seven);
        std::set<std::size_t> named;
        for (const auto index : completed) named.insert(index);
        CHECK(named == std::set<std::size_t>{0, 1, 2});
        three.clear();
        CHECK(has_no_children());
    }
}

TEST_CASE("a future that goes with its process is waited for") {
    brood::event done;
    {
        auto dropped = brood::async([](brood::event e) { e.set(); }, done).then([] {});
    }
    CHECK(done.wait_for(60s));
}

TEST_CASE("outcomes cross") {
    const auto make = [](bool good) -> brood::outcome<std::vector<int>> {
        if (good) return std::vector{1, 2};
        return std::make_exception_ptr(std::out_of_range("no"));
    };
    CHECK(*brood::async(make, true).get() == std::vector{1, 2});
    const auto bad = brood::async(make, false).get();
    CHECK_THROWS_WITH_AS(bad.value(), "no", std::out_of_range);
    const auto nothing = brood::async([] { return brood::outcome<void>(); }).get();
    CHECK(nothing.has_value());
}

TEST_CASE("a stop_token tells in the other process, too") {
    brood::detail::stop_source source;
    CHECK_FALSE(source.token().stop_requested());
    const auto stopped = brood::async(
        [](const brood::stop_token& stop) {
            while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
            return stop.stop_possible();
        },
        source.token());
    source.request_stop();
    CHECK(source.token() == source.token());
    CHECK_FALSE(
        brood::async([](const brood::stop_token& never) { return never.stop_possible(); }, brood::stop_token()).get());
}

TEST_CASE("a coroutine awaits processes") {
    const auto chain = []() -> brood::future<int> {
        const int a = co_await brood::async(seven);
        const int b = co_await brood::async([](int x) { return x + 1; }, a);
        co_return b;
    };
    CHECK(chain().get() == 8);
}
