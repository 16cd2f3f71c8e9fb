// SPDX-License-Identifier: MIT
#include "arena/monitor.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace brood::arena {
namespace {

std::atomic<monitor*> current{nullptr};

void ring(platform::handle_t bell) {
    const std::byte any{};
    const std::span<const std::byte> part(&any, 1);
    platform::channel_write(bell, {&part, 1}, platform::no_handle(), std::chrono::steady_clock::now());
}

}  // namespace

// The objects are never freed: their thread may use them to the end of the process.
monitor& monitor::get() {
    monitor* known = current.load();
    const auto pid = platform::current_process_id();
    if (known != nullptr && known->owner_ == pid) return *known;
    auto* fresh = new monitor(pid);
    if (current.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

void monitor::watch(platform::unique_handle process, std::function<void()> ready) {
    const std::lock_guard guard(mutex_);
    if (!running_) start();
    list_.push_back({std::move(process), std::move(ready)});
    ring(bell_.ours.get());
}

void monitor::start() {
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

void monitor::run() {
    for (;;) {
        std::vector<platform::waitable> all{{platform::waitable::kind::channel, bell_.theirs.get()}};
        {
            const std::lock_guard guard(mutex_);
            for (const auto& one : list_) all.push_back({platform::waitable::kind::process, one.handle.get()});
        }
        const auto ready = platform::wait_many(all, {});
        if (!ready.empty() && ready.front() == 0) {
            std::byte any{};
            platform::channel_read(bell_.theirs.get(), {&any, 1}, platform::no_handle(), {});
        }
        for (const auto& one : take_ready()) one.ready();
    }
}

std::vector<monitor::watched> monitor::take_ready() {
    const std::lock_guard guard(mutex_);
    std::vector<watched> ready;
    std::erase_if(list_, [&](watched& one) {
        const platform::waitable process{platform::waitable::kind::process, one.handle.get()};
        if (platform::wait_many({&process, 1}, std::chrono::steady_clock::time_point::min()).empty()) return false;
        ready.push_back(std::move(one));
        return true;
    });
    return ready;
}

}  // namespace brood::arena
