// SPDX-License-Identifier: MIT
#include <brood/detail/ready_gate.hpp>

#include <algorithm>
#include <utility>

namespace brood::detail {
namespace {

thread_local waiting_scope::watcher* watcher_here = nullptr;

}  // namespace

waiting_scope::waiting_scope() : told_(watcher_here) {
    if (told_ != nullptr) told_->begin_waiting();
}
waiting_scope::~waiting_scope() {
    if (told_ != nullptr) told_->end_waiting();
}
void waiting_scope::watch_this_thread(watcher* by) noexcept { watcher_here = by; }
bool waiting_scope::is_watched() noexcept { return watcher_here != nullptr; }

bool ready_gate::claim() noexcept {
    auto expected = phase::closed;
    return phase_.compare_exchange_strong(expected, phase::claimed);
}

void ready_gate::open() noexcept {
    std::vector<listener> told;
    {
        const std::lock_guard guard(mutex_);
        phase_.store(phase::open, std::memory_order_release);
        told.swap(listeners_);
    }
    opened_.notify_all();
    for (const auto& told_one : told) told_one.call();
}

bool ready_gate::wait_until(const std::chrono::steady_clock::time_point* time, future_core& owner) {
    const auto late = [&] { return time != nullptr && std::chrono::steady_clock::now() >= *time; };
    while (waiting_scope::is_watched() && !is_open() && !late() && owner.help()) {
    }
    if (is_open()) return true;
    if (late()) return false;
    const waiting_scope waiting;
    std::unique_lock lock(mutex_);
    const auto open = [&] { return phase_.load(std::memory_order_relaxed) == phase::open; };
    if (time != nullptr && *time != std::chrono::steady_clock::time_point::max())
        return opened_.wait_until(lock, *time, open);
    opened_.wait(lock, open);
    return true;
}

void ready_gate::on_ready(std::function<void()> what, const void* key) {
    {
        const std::lock_guard guard(mutex_);
        if (!is_open()) return listeners_.push_back({std::move(what), key});
    }
    what();
}

void ready_gate::forget(const void* key) noexcept {
    std::vector<listener> dropped;  // destroyed without the lock
    const std::lock_guard guard(mutex_);
    for (auto& one : listeners_)
        if (one.key == key) dropped.push_back(std::move(one));
    std::erase_if(listeners_, [&](const listener& l) { return l.key == key && !l.call; });
}

}  // namespace brood::detail
