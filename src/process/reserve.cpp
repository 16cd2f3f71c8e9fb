// SPDX-License-Identifier: MIT
// The spawn reserve: children that were spawned ahead of time and wait for their set-up. A thread refills it.
#include "process/reserve.hpp"

#include "process/bootstrap.hpp"
#include "process/launch.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace brood::detail {
namespace {

struct idle_child {
    platform::spawned process;
    std::string program;  // what it runs
    surroundings made_with;
};

class reserve {
public:
    process_id owner() const noexcept { return owner_; }

    void resize(std::size_t n) {
        std::deque<idle_child> dropped;
        std::unique_lock lock(mutex_);
        wanted_ = n;
        if (n == 0) changed_.wait(lock, [this] { return !spawning_ || wanted_ > 0; });
        while (idle_.size() > wanted_) {
            dropped.push_back(std::move(idle_.back()));
            idle_.pop_back();
        }
        if (wanted_ > 0 && !thread_.joinable()) thread_ = std::thread([this] { refill(); });
        changed_.notify_all();
        end(dropped);
    }

    std::size_t ready() {
        const std::lock_guard guard(mutex_);
        return idle_.size();
    }

    std::optional<idle_child> take(const std::string& program) {
        const std::lock_guard guard(mutex_);
        while (!idle_.empty()) {
            idle_child one = std::move(idle_.front());
            idle_.pop_front();
            changed_.notify_all();
            if (one.program == program && is_alive(one)) return one;
            std::deque<idle_child> unfit;
            unfit.push_back(std::move(one));
            end(unfit);
        }
        return std::nullopt;
    }

    // At exit: no more refilling, and the idle ones end.
    void shut_down() noexcept {
        {
            const std::lock_guard guard(mutex_);
            wanted_ = 0;
            stopping_ = true;
            changed_.notify_all();
        }
        if (thread_.joinable()) thread_.join();
        const std::lock_guard guard(mutex_);
        end(idle_);
    }

private:
    static bool is_alive(const idle_child& one) {
        const platform::waitable process{platform::waitable::kind::process, one.process.child.process.get()};
        return platform::wait_many({&process, 1}, std::chrono::steady_clock::time_point::min()).empty();
    }

    // Kills and reaps all of them.
    static void end(std::deque<idle_child>& children) noexcept {
        for (auto& one : children) {
            try {
                platform::send_request(one.process.child, platform::request::kill);
                platform::reap(one.process.child, {});
            } catch (const std::exception&) {
                // its lifeline ends it
            }
        }
        children.clear();
    }

    void refill() {
        const platform::helper_thread mark;
        for (std::unique_lock lock(mutex_); !stopping_;) {
            if (idle_.size() >= wanted_) {
                changed_.wait(lock);
                continue;
            }
            spawning_ = true;
            lock.unlock();
            auto fresh = spawn_idle();
            lock.lock();
            spawning_ = false;
            if (fresh && idle_.size() < wanted_) {
                idle_.push_back(std::move(*fresh));
            } else if (fresh) {
                std::deque<idle_child> surplus;
                surplus.push_back(std::move(*fresh));
                end(surplus);
            } else {
                changed_.notify_all();
                changed_.wait_for(lock, std::chrono::milliseconds(100));  // the system refused; starts go on without
                continue;
            }
            changed_.notify_all();
        }
    }

    static std::optional<idle_child> spawn_idle() noexcept {
        try {
            const auto request = make_request(process_options{}, "reserve");
            std::string program = child_program();
            auto made_with = current_surroundings();
            return idle_child{spawn_self(request, {}), std::move(program), std::move(made_with)};
        } catch (const std::exception&) {
            return std::nullopt;
        }
    }

    const process_id owner_ = platform::current_process_id();
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<idle_child> idle_;
    std::size_t wanted_ = 0;
    bool spawning_ = false;  // one is being made and not among the idle ones yet
    bool stopping_ = false;
    std::thread thread_;
};

std::atomic<reserve*> current_reserve{nullptr};

// The reserve of this process, if it was ever asked for; a forked copy of the process has none.
reserve* existing() noexcept {
    reserve* known = current_reserve.load();
    return known != nullptr && known->owner() == platform::current_process_id() ? known : nullptr;
}

}  // namespace

void resize_reserve(std::size_t n) {
    reserve* known = current_reserve.load();
    if (known != nullptr && known->owner() == platform::current_process_id()) return known->resize(n);
    if (n == 0) return;
    auto fresh = std::make_unique<reserve>();
    if (!current_reserve.compare_exchange_strong(known, fresh.get()))
        return known->resize(n);  // another thread was first
    std::atexit(&shut_down_reserve);
    fresh.release()->resize(n);  // lives as long as the process; shut_down_reserve() ends what it holds
}

std::size_t reserve_ready() {
    reserve* known = existing();
    return known == nullptr ? 0 : known->ready();
}

void shut_down_reserve() noexcept {
    if (reserve* known = existing()) known->shut_down();
}

std::optional<launched> take_from_reserve(const launch_request& request) {
    reserve* known = existing();
    if (known == nullptr || request.receive_ctrl_c || !request.inherit.empty()) return std::nullopt;
    auto taken = known->take(child_program());
    if (!taken) return std::nullopt;
    return launched{std::move(taken->process.child), std::move(taken->process.channel), nullptr,
                    std::move(taken->made_with)};
}

}  // namespace brood::detail
