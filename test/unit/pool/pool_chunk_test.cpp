// SPDX-License-Identifier: MIT
// A chunk whose pool tells of it by two threads at once.
#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using namespace brood::detail;

namespace {

// Holds what it is given, and gives the news that it is told to give.
class told_core final : public pool_core {
public:
    void submit(const std::shared_ptr<pool_task>& task, urgency) override { submitted.push_back(task); }
    bool wait(const std::atomic<bool>& flag, const std::chrono::steady_clock::time_point*) override { return flag; }
    void look_again() noexcept override {}
    bool help() override { return false; }
    void on_ready(pool_task&, std::function<void()> what, const void*) override { ends.push_back(std::move(what)); }
    void forget(pool_task&, const void*) noexcept override {}
    bool cancel(pool_task&, bool) override { return false; }
    bool takes_batches() const noexcept override { return true; }
    task_batch::news_so_far take_news(pool_task&) override {
        auto taken = std::exchange(news, {});
        if (after_taking) std::exchange(after_taking, nullptr)();
        return taken;
    }
    int worker_count() const override { return 2; }
    const task_settings& defaults() const noexcept override { return settings_; }

    void add(int value) { news.results.add(0, {reinterpret_cast<const char*>(&value), sizeof value}); }

    // Of what holds this.
    void let_go() {
        submitted.clear();
        ends.clear();
    }

    std::vector<std::shared_ptr<pool_task>> submitted;
    std::vector<std::function<void()>> ends;
    task_batch::news_so_far news;
    std::function<void()> after_taking;

private:
    const task_settings settings_;
};

int same(int x) { return x; }

// Tells, once, when one is written.
struct watched {
    int value = 0;
    static inline std::function<void()> when_written;

    template <class Archive>
    void save(Archive& archive) const {
        if (when_written) std::exchange(when_written, nullptr)();
        archive(value);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(value);
    }
};
int value_of(watched one) { return one.value; }

std::vector<int> values_of(std::vector<batch_state<int>::some> all) {
    std::vector<int> values;
    for (auto& one : all) {
        CHECK(one.first == values.size());
        values.insert(values.end(), one.result.values.begin(), one.result.values.end());
    }
    return values;
}

}  // namespace

TEST_CASE("what one thread has taken of a batch is not missed by another one that notes its end") {
    const auto core = std::make_shared<told_core>();
    const auto chunk = std::make_shared<pool_chunk<int, int (*)(int), int>>(
        core, std::make_shared<int (*const)(int)>(&same), std::vector{0, 1, 2, 3, 4}, task_settings{}, 1, [] {});
    chunk->start();
    REQUIRE(core->submitted.size() == 1);
    const auto part = core->submitted.front();
    core->add(0);
    core->add(1);
    std::thread other;
    std::atomic<bool> begun{false};
    core->after_taking = [&] {
        for (const int value : {2, 3, 4}) core->add(value);
        other = std::thread([&] {
            begun = true;
            core->ends.front()();
        });
        while (!begun) std::this_thread::yield();
        std::this_thread::sleep_for(20ms);  // far enough to miss them
    };
    part->batch->news();
    other.join();
    CHECK(core->submitted.size() == 1);  // nothing was sent again
    CHECK(chunk->is_ready());
    CHECK(values_of(chunk->take_some()) == std::vector{0, 1, 2, 3, 4});
    core->let_go();
}

TEST_CASE("a batch has not ended while what was given back of it is about to be sent again") {
    const auto core = std::make_shared<told_core>();
    const auto chunk = std::make_shared<pool_chunk<int, int (*)(watched), watched>>(
        core, std::make_shared<int (*const)(watched)>(&value_of), std::vector<watched>{{0}, {1}, {2}, {3}, {4}},
        task_settings{}, 1, [] {});
    chunk->start();
    const auto part = core->submitted.front();
    for (const int value : {0, 1, 2}) core->add(value);
    core->news.ends_at = 3;
    bool ended_early = false;
    watched::when_written = [&] {
        std::thread([&] { core->ends.front()(); }).join();
        ended_early = chunk->is_ready();
    };
    part->batch->news();
    CHECK_FALSE(watched::when_written);
    CHECK_FALSE(ended_early);
    REQUIRE(core->submitted.size() == 2);
    CHECK_FALSE(chunk->is_ready());
    for (const int value : {3, 4}) core->add(value);
    core->ends.back()();
    CHECK(chunk->is_ready());
    CHECK(values_of(chunk->take_some()) == std::vector{0, 1, 2, 3, 4});
    core->let_go();
}
