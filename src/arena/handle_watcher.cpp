// SPDX-License-Identifier: MIT
#include "arena/handle_watcher.hpp"

#include <atomic>
#include <chrono>
#include <future>
#include <span>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace brood::arena {

// Its thread waits for a byte to begin, then for the handles or a byte to end. Never freed: the thread stays.
class handle_watch::worker {
public:
    worker() : bell_(platform::make_channel()) {
        // It must count as brood's own before anybody counts threads.
        std::promise<void> started;
        std::thread([this, &started] {
            const platform::helper_thread mark;
            started.set_value();
            run();
        }).detach();
        started.get_future().wait();
    }

    void begin(std::vector<platform::waitable> handles, std::function<void()> ready) {
        handles.push_back({platform::waitable::kind::channel, bell_.theirs.get()});
        const std::lock_guard guard(mutex_);
        handles_ = std::move(handles);
        ready_ = std::move(ready);
        busy_ = true;
        changed_.notify_all();
    }
    void end() {
        const std::byte any{};
        const std::span<const std::byte> part(&any, 1);
        platform::channel_write(bell_.ours.get(), {&part, 1}, platform::no_handle(), {});
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !busy_; });
    }

private:
    void run() {
        for (;;) {
            wait_to_begin();
            try {
                platform::wait_many(handles_, {});
            } catch (const std::system_error&) {
                // Whoever waits looks itself, and sees the same.
            }
            ready_();
            std::byte any{};
            platform::channel_read(bell_.theirs.get(), {&any, 1}, platform::no_handle(), {});
            const std::lock_guard guard(mutex_);
            busy_ = false;
            changed_.notify_all();
        }
    }
    void wait_to_begin() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return busy_; });
    }

    platform::channel_pair bell_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<platform::waitable> handles_;
    std::function<void()> ready_;
    bool busy_ = false;
};

// Those of this process; a forked copy has none of them.
class handle_watch::idle_workers {
public:
    static idle_workers& get() {
        static std::atomic<idle_workers*> current{nullptr};
        idle_workers* known = current.load();
        const auto pid = platform::current_process_id();
        if (known != nullptr && known->owner_ == pid) return *known;
        auto* fresh = new idle_workers(pid);
        if (current.compare_exchange_strong(known, fresh)) return *fresh;
        delete fresh;
        return *known;
    }
    worker* take() {
        const std::lock_guard guard(mutex_);
        if (idle_.empty()) {
            idle_.reserve(++count_);  // so that giving one back cannot fail
            return new worker;
        }
        worker* const last = idle_.back();
        idle_.pop_back();
        return last;
    }
    void give_back(worker* one) noexcept {
        const std::lock_guard guard(mutex_);
        idle_.push_back(one);
    }

private:
    explicit idle_workers(process_id owner) : owner_(owner) {}

    const process_id owner_;
    std::mutex mutex_;
    std::size_t count_ = 0;
    std::vector<worker*> idle_;
};

handle_watch::handle_watch(std::vector<platform::waitable> handles, std::function<void()> ready)
    : worker_(idle_workers::get().take()) {
    worker_->begin(std::move(handles), std::move(ready));
}

handle_watch::~handle_watch() {
    worker_->end();
    idle_workers::get().give_back(worker_);
}

}  // namespace brood::arena
