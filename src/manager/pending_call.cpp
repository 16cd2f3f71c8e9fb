// SPDX-License-Identifier: MIT
// A call as what a future waits for. One thread of this process waits for all calls of the session that somebody wants
// to be told of; it sleeps at one word.
#include "arena/sleepers.hpp"
#include "manager/state.hpp"

#include "platform/start_helper.hpp"

#include <brood/detail/remote_call.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace brood::detail {
namespace {

struct told {
    std::shared_ptr<remote_call> call;
    std::function<void()> what;
    const void* key;
};

class call_watcher {
public:
    // That of this process; a forked copy makes its own.
    static call_watcher& get();
    void watch(told one);
    void forget(const void* key) noexcept;

private:
    explicit call_watcher(arena::process_tag owner)
        : owner_(owner), page_(managing::make_slot_page()), word_(&managing::page_at(page_->block()).watch) {}
    [[noreturn]] void run();
    std::vector<told> take_ready();

    const arena::process_tag owner_;
    const arena::block_handle page_;  // for its word
    const std::uint32_t* const word_;
    std::mutex lock_;
    std::vector<told> list_;
    bool running_ = false;
};

std::atomic<call_watcher*> current{nullptr};

call_watcher& call_watcher::get() {
    call_watcher* known = current.load(std::memory_order_acquire);
    const auto self = arena::own_tag.load(std::memory_order_relaxed);
    if (known != nullptr && known->owner_ == self) return *known;
    auto* fresh = new call_watcher(self);
    if (current.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

void call_watcher::watch(told one) {
    one.call->tell_when_over(arena::place_of(word_));
    {
        const std::lock_guard guard(lock_);
        list_.push_back(std::move(one));
        if (!running_) platform::start_helper([this] { run(); });
        running_ = true;
    }
    arena::wake(word_, arena::everybody);
}

void call_watcher::forget(const void* key) noexcept {
    std::vector<told> dropped;  // destroyed after the guard
    const std::lock_guard guard(lock_);
    std::erase_if(list_, [&](told& one) {
        if (one.key != key) return false;
        dropped.push_back(std::move(one));
        return true;
    });
}

std::vector<told> call_watcher::take_ready() {
    std::vector<told> ready;
    const std::lock_guard guard(lock_);
    std::erase_if(list_, [&](told& one) {
        if (!one.call->is_over()) return false;
        ready.push_back(std::move(one));
        return true;
    });
    return ready;
}

void call_watcher::run() {
    for (;;) {
        std::vector<told> ready;
        {
            arena::waiting sleeper(word_);  // before the look: what is over after it wakes
            ready = take_ready();
            if (ready.empty()) sleeper.sleep({});
        }
        for (auto& one : ready) one.what();
    }
}

class pending_call final : public pending_result {
public:
    explicit pending_call(std::unique_ptr<remote_call> call) : call_(std::move(call)) {}

    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        return call_->wait_until(time == nullptr ? channel_deadline() : channel_deadline(*time));
    }
    void on_ready(std::function<void()> what, const void* key) override {
        if (call_->wait_until(at_once)) return what();
        if (call_->can_watch()) return call_watcher::get().watch({call_, std::move(what), key});
        platform::start_helper([call = call_, what = std::move(what)] {
            call->wait_until({});
            what();
        });
    }
    void forget(const void* key) noexcept override {
        if (key != nullptr && call_ && call_->can_watch()) call_watcher::get().forget(key);
    }
    bool has_failed() override { return call_->can_watch() && call_->has_failed(); }
    input_archive& open() override { return call_->open(); }
    void reading_failed() override {}
    void close() noexcept override { call_.reset(); }
    std::shared_ptr<running_child> child() const override { return nullptr; }

private:
    std::shared_ptr<remote_call> call_;
};

}  // namespace

std::shared_ptr<pending_result> pend(std::unique_ptr<remote_call> call) {
    return std::make_shared<pending_call>(std::move(call));
}

}  // namespace brood::detail
