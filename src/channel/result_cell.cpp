// SPDX-License-Identifier: MIT
// The value is a message, to which the cell holds a reference. It is there and said to be there in one transaction, so
// that a death leaves either a full cell or an empty one, which the death itself ends.
#include <brood/detail/result_cell.hpp>

#include "arena/blocks.hpp"
#include "arena/memory.hpp"
#include "arena/references.hpp"
#include "arena/sleepers.hpp"
#include "arena/transaction.hpp"
#include "channel/kinds.hpp"
#include "channel/message.hpp"
#include "channel/results.hpp"

#include "platform/platform.hpp"
#include "platform/start_helper.hpp"

#include <atomic>
#include <mutex>
#include <new>
#include <string>
#include <vector>

namespace brood::channel {
namespace {

enum phase : std::uint64_t { empty, filled, deserted, given_up };

struct cell {
    std::atomic<std::uint64_t> phase;
    arena::process_tag maker;
    process_id maker_pid;
};

cell& cell_of(const detail::shared_object& object) { return object.as<cell>(); }
std::uint64_t& message_of(arena::offset block) noexcept { return arena::head_of(block).own[0]; }

void settle_empty(cell& self, phase as) noexcept {
    std::uint64_t expected = phase::empty;
    if (self.phase.compare_exchange_strong(expected, as)) arena::wake(&self.phase, arena::everybody);
}

bool clear_cell(arena::offset block) {
    arena::transaction change;
    auto& word = message_of(block);
    const arena::offset message = change.read(word);
    if (message == 0) return true;
    change.write(word, 0);
    arena::drop_reference(change, message);
    change.commit();
    return true;
}

void maker_died(arena::offset block, arena::process_tag dead, bool) {
    auto& self = *static_cast<cell*>(arena::bytes_of(block));
    if (self.maker == dead) settle_empty(self, phase::deserted);
}

}  // namespace

void register_result_kind() noexcept {
    arena::register_kind(arena::kind::result, {.clear = &clear_cell, .process_died = &maker_died});
}

}  // namespace brood::channel

namespace brood::detail {

using channel::cell_of;
using channel::phase;

result_cell result_cell::make() {
    channel::register_channels();
    result_cell made;
    made.object_ = shared_object::make(arena::kind::result, sizeof(channel::cell), [](void* at) {
        new (at) channel::cell{phase::empty, arena::own_tag.load(), platform::current_process_id()};
    });
    return made;
}

void result_cell::fill(const output_archive& archive) const {
    const auto message = channel::make_message(archive);
    auto& self = cell_of(object_);
    {
        arena::transaction change;
        arena::add_reference(change, message->block());
        change.write(channel::message_of(object_.held()->block()), message->block());
        change.write(self.phase, phase::filled);
        change.commit();
    }
    arena::wake(&self.phase, arena::everybody);
}

void result_cell::give_up() const noexcept { channel::settle_empty(cell_of(object_), phase::given_up); }

bool result_cell::wait_until(const std::chrono::steady_clock::time_point* time) const {
    auto& now = cell_of(object_).phase;
    const auto until = time == nullptr ? platform::deadline() : platform::deadline(*time);
    while (now.load() == phase::empty) {
        if (arena::is_past(until)) return false;
        arena::waiting sleeper(&now);
        if (now.load() == phase::empty) sleeper.sleep(until);
    }
    return true;
}

void result_cell::read(taken_value& into) const {
    const auto& self = cell_of(object_);
    const auto now = self.phase.load();
    if (now == phase::given_up) throw std::bad_alloc();
    if (now == phase::deserted)
        throw process_died("process " + std::to_string(self.maker_pid) + " ended before it gave the result",
                           self.maker_pid, exit_status::unknown());
    const arena::offset message = channel::message_of(object_.held()->block());
    into.set_message(arena::hold_object(message, arena::kind::message));
}

void result_cell::when_settled(std::function<void()> what) const {
    platform::start_helper([cell = *this, what = std::move(what)] {
        cell.wait_until(nullptr);
        what();
    });
}

result_cell result_cell::load(input_archive& archive) {
    channel::register_channels();
    result_cell loaded;
    loaded.object_ = shared_object::load(archive, arena::kind::result);
    return loaded;
}

void publish_between_forks(std::atomic<const void*>& where, const void* value) noexcept {
    const platform::fork_exclusion alone;
    where = value;
}

process_id this_process_id() noexcept { return platform::current_process_id(); }

// ---- before forks -------------------------------------------------------------------------------------------------

namespace {

// Of one process: a forked copy has its own, since a thread that it does not have may have held the mutex.
class crossing_results {
public:
    static crossing_results& get() {
        static std::atomic<crossing_results*> current{nullptr};
        auto* known = current.load();
        if (known != nullptr && known->owner_ == this_process_id()) return *known;
        auto* const fresh = new crossing_results;
        if (current.compare_exchange_strong(known, fresh)) return *fresh;
        delete fresh;
        return *known;
    }
    void add(const std::shared_ptr<crossing_result>& what) {
        const std::lock_guard guard(mutex_);
        if (all_.size() >= sweep_at_) {
            std::erase_if(all_, [](const auto& one) { return one.expired(); });
            sweep_at_ = 2 * all_.size() + first_sweep;
        }
        all_.push_back(what);
    }
    std::vector<std::shared_ptr<crossing_result>> living() {
        std::vector<std::shared_ptr<crossing_result>> found;
        const std::lock_guard guard(mutex_);
        for (const auto& one : all_)
            if (auto lives = one.lock()) found.push_back(std::move(lives));
        return found;
    }

private:
    static constexpr std::size_t first_sweep = 16;
    const process_id owner_ = this_process_id();
    std::mutex mutex_;
    std::vector<std::weak_ptr<crossing_result>> all_;
    std::size_t sweep_at_ = first_sweep;
};

}  // namespace

void prepare_before_fork(const std::shared_ptr<crossing_result>& what) { crossing_results::get().add(what); }

}  // namespace brood::detail

namespace brood::channel {

void prepare_results_for_fork() {
    for (const auto& one : detail::crossing_results::get().living()) one->prepare_to_cross();
}

}  // namespace brood::channel
