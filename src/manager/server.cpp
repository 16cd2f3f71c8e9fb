// SPDX-License-Identifier: MIT
#include "manager/server.hpp"

#include "arena/fence.hpp"
#include "channel/patience.hpp"
#include "codec/function.hpp"
#include "manager/caller.hpp"

#include "platform/start_helper.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace brood::managing {
namespace {

constexpr std::size_t kept_idle = 8, most_threads = 1024;

// In which process this thread serves, and which chain. A forked copy of it serves nothing.
struct service {
    arena::process_tag in = 0;
    std::uint64_t chain = 0;
    bool is_ours() const noexcept { return in != 0 && in == arena::own_tag.load(std::memory_order_relaxed); }
};
thread_local service serving;

}  // namespace

std::uint64_t current_chain() noexcept { return serving.is_ours() ? serving.chain : 0; }

server::server(arena::offset state, std::size_t limit)
    : state_(manager_at(state)),
      state_block_(state),
      requests_(requests_of(state_)),
      limit_(limit == 0 ? most_threads : limit) {}

// ---- threads ------------------------------------------------------------------------------------------------------

void server::run() {
    std::unique_lock guard(threads_lock_);
    start_thread();
    thread_ended_.wait(guard, [this] { return threads_ == 0; });
    std::vector<std::pair<std::uint64_t, std::shared_ptr<managed>>> all(objects_.begin(), objects_.end());
    objects_.clear();
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (auto& one : all) one.second.reset();
}

void server::serve() {
    serving = {arena::own_tag.load()};
    detail::waiting_scope::watch_this_thread(this);
    bool looking = false;
    while (auto call = next(looking)) {
        looking = false;
        work_on(std::move(call), looking);
    }
}

// With the lock of the threads.
void server::start_thread() {
    platform::start_helper([this] {
        serve();
        const std::lock_guard guard(threads_lock_);
        --threads_;
        thread_ended_.notify_one();
    });
    ++threads_;
}

bool server::is_surplus() const noexcept { return threads_.load() > limit_ + nested_.load(); }

// Another thread must take requests while this one does not.
void server::ensure_idle() {
    if (idle_.load() > 0 || ended_.load()) return;
    const std::lock_guard guard(threads_lock_);
    if (idle_.load() > 0 || threads_ >= limit_ + nested_.load()) return;
    try {
        start_thread();
    } catch (const std::system_error&) {
        // this one goes on when it can
    }
}

// Not in a forked copy of the thread.
void server::begin_waiting() {
    if (!serving.is_ours()) return;
    ++nested_;
    ensure_idle();
}
void server::end_waiting() noexcept {
    if (serving.is_ours()) --nested_;
}

bool server::try_looking() noexcept {
    if (looked_for_.exchange(true)) return false;
    state_.bell.store(0, std::memory_order_relaxed);
    return true;
}

void server::stop_looking() noexcept {
    looked_for_.store(false);
    state_.bell.store(1);
    arena::fence(std::memory_order_seq_cst);
    if (has_work()) channel::ring_bell(state_.bell);
}

// What comes while this thread has patience; null: nothing did, or nothing will.
job_handle server::look() {
    do {
        if (auto call = take()) return call;
    } while (!ended_.load() && channel::patience::look([this] { return has_work(); }));
    return nullptr;
}

// The next call for this thread; null: it is to end. `looking`: it is the one that looks.
job_handle server::next(bool looking) {
    ++idle_;
    for (;;) {
        if (looking || try_looking()) {
            auto call = is_surplus() ? nullptr : look();
            if (call) --idle_;
            if (call) ensure_idle();
            stop_looking();
            if (call) return call;
        }
        looking = false;
        if (!sleep()) break;
    }
    --idle_;
    return nullptr;
}

// Until something may have come; false: this thread is to end.
bool server::sleep() {
    if (ended_.load()) {
        arena::wake(&state_.bell, arena::everybody);
        return false;
    }
    if (idle_.load() > kept_idle || is_surplus()) return false;
    arena::waiting sleeper(&state_.bell);
    if (!looked_for_.load()) {
        state_.bell.store(1);
        arena::fence(std::memory_order_seq_cst);
        if (has_work() || ended_.load()) return true;
    }
    sleeper.sleep({});
    return true;
}

// ---- requests -----------------------------------------------------------------------------------------------------

bool server::has_work() const {
    return ready_count_.load() > 0 || requests_.size() > 0 || (requests_.is_closed() && !ended_.load());
}

// A call that may run now; null: there is none.
job_handle server::take() {
    const std::lock_guard guard(lock_);
    if (!ready_.empty()) {
        auto call = std::move(ready_.front());
        ready_.pop_front();
        --ready_count_;
        return call;
    }
    for (;;) {
        if (!spare_) spare_ = std::make_unique<job>();
        const auto got = requests_.get(spare_->value, detail::at_once);
        if (got != detail::channel_result::done) {
            if (got != detail::channel_result::late) ended_ = true;
            return nullptr;
        }
        if (auto call = find_target(std::move(spare_))) return call;
    }
}

// With the lock: the call with what it needs; null: it waits for its turn, or is nobody's.
job_handle server::find_target(job_handle call) {
    auto& head = call->head;
    std::memcpy(&head, call->value.bytes().data(), sizeof head);
    if (head.server != arena::own_tag.load(std::memory_order_relaxed)) return nullptr;
    if (head.page != 0) call->page = find_page(head);
    if (head.kind != request_kind::call && head.kind != request_kind::destroy) return call;
    const auto found = objects_.find(head.object);
    if (found == objects_.end()) return head.kind == request_kind::call ? std::move(call) : nullptr;
    call->object = found->second;
    if (head.kind == request_kind::call) return found->second->admit(std::move(call));
    objects_.erase(found);
    return call;
}

// With the lock. The caller may have died; then that is no page, or another process's, which answer sees.
arena::block_handle server::find_page(const request_head& head) {
    const auto known = pages_.find(head.page);
    if (known != pages_.end() && page_at(head.page).owner.load() == head.caller) return known->second;
    std::erase_if(pages_, [](const auto& one) { return !arena::is_living(page_at(one.first).owner.load()); });
    try {
        return pages_[head.page] = arena::hold_object(head.page, arena::kind::call_slots);
    } catch (const std::exception&) {
        pages_.erase(head.page);
        return nullptr;
    }
}

// ---- running ------------------------------------------------------------------------------------------------------

namespace {

detail::managed_entry find_entry(const request_head& head, input_archive& archive) {
    const void* code = nullptr;
    if (head.entry_elsewhere) {
        code = detail::resolve_code(detail::load_value<detail::code_location>(archive));
    } else {
        code = detail::code_of_program(head.entry);
    }
    return reinterpret_cast<detail::managed_entry>(const_cast<void*>(code));
}

}  // namespace

void server::enter(job& call, answer& to) {
    const auto bytes = call.value.bytes();
    input_archive archive(bytes.subspan(sizeof(request_head)), &call.value);
    if (call.head.kind == request_kind::count) {
        std::unique_lock guard(lock_);
        const std::uint64_t count = objects_.size();
        guard.unlock();
        detail::save_value(to.begin_result(), count);
        return to.send_result();
    }
    const auto entry = find_entry(call.head, archive);
    if (call.head.kind == request_kind::create) return create(call, to, entry, archive);
    if (call.head.kind == request_kind::create_again) return create_again(call, to, entry, archive);
    if (!call.object)
        throw error("the object of this proxy is no more: it was in a process of its manager's that died");
    entry(call.object->object(), archive, to);
}

namespace {

std::shared_ptr<managed> make(const job& call, answer& to, detail::managed_entry entry, input_archive& archive) {
    detail::made_object made;
    entry(&made, archive, to);
    return std::make_shared<managed>(made, static_cast<detail::call_mode>(call.head.how));
}

}  // namespace

void server::create_again(job& call, answer& to, detail::managed_entry entry, input_archive& archive) {
    auto object = make(call, to, entry, archive);
    {
        const std::lock_guard guard(lock_);
        objects_[call.head.object] = std::move(object);
    }
    static_cast<void>(to.begin_result());
    to.send_result();
}

void server::create(job& call, answer& to, detail::managed_entry entry, input_archive& archive) {
    const auto object = make(call, to, entry, archive);
    const std::uint64_t id = ++state_.last_object;
    {
        const std::lock_guard guard(lock_);
        objects_[id] = object;
    }
    try {
        const auto block = make_object_state(state_block_, id, call.head.object);
        detail::shared_object::of(block).save(to.begin_result());
        to.send_result();
    } catch (...) {
        const std::lock_guard guard(lock_);
        objects_.erase(id);
        throw;
    }
}

// Those that may run: the last of them is for this thread.
job_handle server::hand_on(std::vector<job_handle>& ready) {
    if (ready.empty()) return nullptr;
    auto mine = std::move(ready.back());
    ready.pop_back();
    if (ready.empty()) return mine;
    {
        const std::lock_guard guard(lock_);
        for (auto& call : ready) ready_.push_back(std::move(call));
        ready_count_ = ready_.size();
    }
    ensure_idle();
    channel::ring_bell(state_.bell);
    return mine;
}

// Runs the call, and those of its object that waited for it. The answer is given when the object is free and, if
// nothing else is to be done, this thread looks again: the caller's next request then wakes nobody.
void server::work_on(job_handle call, bool& looking) {
    std::vector<job_handle> ready;
    while (call) {
        answer to(*call);
        serving.chain = call->head.chain;
        try {
            if (call->head.kind != request_kind::destroy) enter(*call, to);
        } catch (...) {
            to.fail(std::current_exception());
        }
        serving.chain = 0;
        ready.clear();
        if (call->head.kind == request_kind::call && call->object) call->object->finish(*call, ready);
        auto following = hand_on(ready);
        if (!following) looking = try_looking();
        to.publish();
        call = std::move(following);
    }
}

}  // namespace brood::managing
