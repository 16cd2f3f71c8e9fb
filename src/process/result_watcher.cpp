// SPDX-License-Identifier: MIT
#include "process/result_watcher.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>

namespace brood::detail {
namespace {

std::atomic<result_watcher*> current_watcher{nullptr};

void ring(platform::handle_t bell) {
    const std::byte any{};
    const std::span<const std::byte> part(&any, 1);
    platform::channel_write(bell, {&part, 1}, platform::no_handle(), std::chrono::steady_clock::now());
}

}  // namespace

// The objects are never freed: their thread may use them to the end of the process.
result_watcher& result_watcher::get() {
    result_watcher* known = current_watcher.load();
    const auto pid = platform::current_process_id();
    if (known != nullptr && known->owner_ == pid) return *known;
    auto* fresh = new result_watcher(pid);
    if (current_watcher.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

void result_watcher::watch(const std::shared_ptr<watched_result>& result, const watched_result::signs& signs) {
    const std::lock_guard guard(mutex_);
    if (!running_) start();
    list_.push_back({result.get(), result, signs});
    ring(bell_.ours.get());
}

void result_watcher::forget(const watched_result* result) noexcept {
    std::unique_lock lock(mutex_);
    if (std::erase_if(list_, [&](const entry& one) { return one.key == result; }) == 0) return;
    try {
        ring(bell_.ours.get());
    } catch (const std::exception&) {
        return;  // its other end is never closed
    }
    looked_.wait(lock, [&, round = round_] { return !looking_ || round_ != round; });
}

void result_watcher::start() {
    bell_ = platform::make_channel();
    // It must count as brood's own before anybody counts threads.
    std::promise<void> started;
    std::thread([this, &started] {
        const platform::helper_thread mark;
        started.set_value();
        run();
    }).detach();
    started.get_future().wait();
    running_ = true;
}

void result_watcher::run() {
    for (;;)
        for (const auto& one : take(look())) one->came();
}

// Those whose signs are ready. They may be gone.
std::vector<const watched_result*> result_watcher::look() {
    std::vector<const watched_result*> keys;
    std::vector<platform::waitable> all{{platform::waitable::kind::channel, bell_.theirs.get()}};
    {
        const std::lock_guard guard(mutex_);
        for (const auto& one : list_) {
            keys.push_back(one.key);
            all.insert(all.end(), one.signs.begin(), one.signs.end());
        }
        looking_ = true;
        ++round_;
    }
    std::vector<const watched_result*> ready;
    for (const auto index : platform::wait_many(all, {}))
        if (index == 0) {
            std::byte any{};
            platform::channel_read(bell_.theirs.get(), {&any, 1}, platform::no_handle(), {});
        } else {
            ready.push_back(keys[(index - 1) / std::tuple_size_v<watched_result::signs>]);
        }
    return ready;
}

std::vector<std::shared_ptr<watched_result>> result_watcher::take(const std::vector<const watched_result*>& ready) {
    std::vector<std::shared_ptr<watched_result>> taken;
    const std::lock_guard guard(mutex_);
    looking_ = false;
    looked_.notify_all();
    std::erase_if(list_, [&](const entry& one) {
        if (std::find(ready.begin(), ready.end(), one.key) == ready.end()) return false;
        if (auto result = one.result.lock()) taken.push_back(std::move(result));
        return true;
    });
    return taken;
}

}  // namespace brood::detail
