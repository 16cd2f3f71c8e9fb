// SPDX-License-Identifier: MIT
#include "arena/wait_set.hpp"

#include "arena/fence.hpp"
#include "arena/handle_watcher.hpp"
#include "arena/session.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <system_error>
#include <utility>

namespace brood::detail {

void wait_signal::set() noexcept {
    const std::lock_guard guard(mutex_);
    if (sleeper_ != nullptr) sleeper_->poke();
}

wait_set::~wait_set() {
    if (!signal_) return;
    const std::lock_guard guard(signal_->mutex_);
    signal_->sleeper_ = nullptr;
}

std::shared_ptr<wait_signal> wait_set::signal() {
    if (!signal_) signal_ = std::make_shared<wait_signal>();
    return signal_;
}

std::shared_ptr<const void> wait_set::kept_for(const void* what) const {
    const auto is_it = [&](const wait_thing& one) { return one.kept_for == what; };
    const auto found = std::find_if(things_.begin(), things_.end(), is_it);
    return found == things_.end() ? nullptr : found->keep;
}

std::vector<std::size_t> wait_set::wait(const platform::deadline& until) {
    if (things_.empty()) return {};
    auto ready = look();
    if (!ready.empty() || arena::is_past(until)) return ready;
    register_sleeper();
    for (;;) {
        if (sleeper_) sleeper_->rearm();
        announce();
        ready = look();
        if (!ready.empty() || arena::is_past(until)) break;
        sleep(until);
    }
    announce();  // for others, who still sleep
    return ready;
}

void wait_set::register_sleeper() {
    const bool has_words =
        std::any_of(things_.begin(), things_.end(), [](const wait_thing& one) { return one.word != nullptr; });
    if (!has_words && !signal_) return;
    arena::join_session();
    sleeper_.emplace();
    for (const auto& one : things_)
        if (one.word != nullptr) sleeper_->add(one.word);
    if (!signal_) return;
    const std::lock_guard guard(signal_->mutex_);
    signal_->sleeper_ = &*sleeper_;
}

void wait_set::announce() const {
    for (const auto& one : things_)
        if (one.announce) one.announce();
    arena::fence(std::memory_order_seq_cst);
}

// All handles are looked at with one call.
std::vector<std::size_t> wait_set::look() {
    std::vector<platform::waitable> handles;
    std::vector<std::size_t> owners, ready;
    for (std::size_t i = 0; i < things_.size(); ++i) {
        if (things_[i].is_ready) {
            if (things_[i].is_ready()) ready.push_back(i);
            continue;
        }
        handles.insert(handles.end(), things_[i].handles.begin(), things_[i].handles.end());
        owners.resize(handles.size(), i);
    }
    if (handles.empty()) return ready;
    for (const std::size_t one : platform::wait_many(handles, std::chrono::steady_clock::time_point::min()))
        ready.push_back(owners[one]);
    std::sort(ready.begin(), ready.end());
    ready.erase(std::unique(ready.begin(), ready.end()), ready.end());
    return ready;
}

void wait_set::sleep(platform::deadline until) {
    std::vector<platform::waitable> handles;
    for (auto& one : things_) {
        if (one.renew) until = earlier(until, one.renew(one.handles));
        handles.insert(handles.end(), one.handles.begin(), one.handles.end());
    }
    if (!sleeper_) {
        platform::wait_many(handles, until);
        return;
    }
    std::optional<arena::handle_watch> beside;
    if (!handles.empty()) beside.emplace(std::move(handles), [this] { sleeper_->poke(); });
    sleeper_->sleep(until);
}

std::vector<std::size_t> wait_for_any(std::span<const waitable> things,
                                      const std::chrono::steady_clock::time_point* time) {
    try {
        wait_set set;
        for (const auto& one : things) one.join_wait(set);
        return set.wait(time == nullptr ? platform::deadline() : platform::deadline(*time));
    } catch (const error&) {
        throw;
    } catch (const std::system_error& e) {
        throw error(e.what(), e.code());
    }
}

}  // namespace brood::detail
