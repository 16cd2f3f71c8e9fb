// SPDX-License-Identifier: MIT
#include <brood/combinators.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>

namespace brood {
namespace detail {
namespace {

// Some work of one of them that this thread may do.
bool help_any(const state_list& states) {
    return std::any_of(states.begin(), states.end(), [](const auto& state) { return state->help(); });
}

bool wait_for_all(const state_list& states, const std::chrono::steady_clock::time_point* time) {
    return std::all_of(states.begin(), states.end(), [&](const auto& state) { return state->wait_until(time); });
}

// Listens to all of them during its life.
class listening {
public:
    explicit listening(const state_list& states) : states_(states) {
        for (std::size_t i = 0; i < states.size(); ++i)
            states[i]->on_ready([to = came_, i] { to->add(i); }, came_.get());
    }
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;
    ~listening() {
        for (const auto& state : states_) state->forget(came_.get());
    }
    // The indices of those that have become ready since; none when the time came first.
    std::vector<std::uint64_t> next(const std::chrono::steady_clock::time_point* time) {
        while (waiting_scope::is_watched() && came_->empty() && help_any(states_)) {
        }
        if (came_->empty()) came_->wait_until(time);
        return came_->take();
    }

private:
    const state_list& states_;
    const std::shared_ptr<arrivals> came_ = std::make_shared<arrivals>();
};

// Knows which state was the first, and lets the others forget it then.
class race : public std::enable_shared_from_this<race> {
public:
    std::shared_ptr<local_state<std::size_t>> winner = std::make_shared<local_state<std::size_t>>();

    void enter(const state_list& states) {
        for (const auto& state : states) {
            const std::lock_guard guard(mutex_);
            runners_.emplace_back(state);
        }
        for (std::size_t i = 0; i < states.size() && !winner->is_ready(); ++i)
            states[i]->on_ready([self = shared_from_this(), i] { self->won(i); }, this);
        if (winner->is_ready()) forget_others();
    }

private:
    void won(std::size_t index) {
        if (winner->set_value(index)) forget_others();
    }
    void forget_others() {
        std::vector<std::weak_ptr<future_core>> runners;
        {
            const std::lock_guard guard(mutex_);
            runners.swap(runners_);
        }
        for (const auto& runner : runners)
            if (const auto state = runner.lock()) state->forget(this);
    }
    std::mutex mutex_;
    std::vector<std::weak_ptr<future_core>> runners_;
};

}  // namespace

bool wait_for_states(const state_list& states, wait_policy policy, const std::chrono::steady_clock::time_point* time) {
    if (policy == wait_policy::all || states.empty()) return wait_for_all(states, time);
    listening to(states);
    for (std::size_t ended = 0; ended < states.size();) {
        const auto came = to.next(time);
        if (came.empty()) return false;
        if (policy == wait_policy::any) return true;
        for (const auto index : came)
            if (states[static_cast<std::size_t>(index)]->has_failed()) return true;
        ended += came.size();
    }
    return true;
}

std::shared_ptr<local_state<std::size_t>> first_of(const state_list& states) {
    if (states.empty()) throw std::invalid_argument("when_any() of no futures would never be ready");
    const auto runners = std::make_shared<race>();
    runners->enter(states);
    return runners->winner;
}

}  // namespace detail

bool completion_order::next(std::size_t& index) {
    if (given_ == states_.size()) return false;
    if (come_.empty()) {
        while (detail::waiting_scope::is_watched() && arrivals_->empty() && detail::help_any(states_)) {
        }
        arrivals_->wait_until(nullptr);
        come_ = arrivals_->take();
        std::reverse(come_.begin(), come_.end());
    }
    index = static_cast<std::size_t>(come_.back());
    come_.pop_back();
    ++given_;
    return true;
}

}  // namespace brood
