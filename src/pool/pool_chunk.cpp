// SPDX-License-Identifier: MIT
#include <brood/detail/pool_chunk.hpp>

#include <algorithm>
#include <cstring>
#include <utility>

namespace brood::detail {

pool_chunk_core::pool_chunk_core(std::shared_ptr<pool_core> core, std::size_t elements, const task_settings& settings,
                                 std::size_t grain, std::function<void()> news)
    : core_(std::move(core)),
      elements_(elements),
      settings_(settings),
      retries_(settings.retries),
      grain_(grain),
      news_(std::move(news)),
      wanted_(elements) {
    settings_.retries = 0;  // of single elements, which only this knows
}
pool_chunk_core::~pool_chunk_core() = default;

void pool_chunk_core::start() {
    ++under_way_;
    send(0, elements_, true);
    ended_one();
}

void pool_chunk_core::listen(std::function<void()> what, const void* key) {
    {
        const std::lock_guard guard(mutex_);
        if (!has_ended()) {
            listeners_.push_back({std::move(what), key});
            return;
        }
    }
    what();
}
void pool_chunk_core::forget_listener(const void* key) noexcept {
    const std::lock_guard guard(mutex_);
    std::erase_if(listeners_, [&](const auto& one) { return one.key == key; });
}

void pool_chunk_core::shorten_to(std::size_t elements) {
    std::vector<sent_part> sent;
    {
        const std::lock_guard guard(mutex_);
        wanted_ = std::min(wanted_, elements);
        for (const auto& [key, part] : sent_) sent.push_back(part);
    }
    for (const auto& part : sent)
        if (part.end() > elements) core_->shorten(*part.task, elements > part.first ? elements - part.first : 0);
}

bool pool_chunk_core::end_parts(bool running) {
    std::vector<std::shared_ptr<pool_task>> parts;
    {
        const std::lock_guard guard(mutex_);
        for (const auto& [key, part] : sent_) parts.push_back(part.task);
    }
    bool all = !parts.empty();
    for (const auto& part : parts) all = core_->cancel(*part, running) && all;
    return all;
}

std::vector<pool_chunk_core::placed_piece> pool_chunk_core::take_pieces() {
    std::vector<placed_piece> taken;
    const std::lock_guard guard(mutex_);
    taken.reserve(pieces_.size());
    for (auto& [first, one] : pieces_) taken.push_back({first, std::move(one)});
    pieces_.clear();
    return taken;
}

// ---- sent ---------------------------------------------------------------------------------------------------------

// What cannot be written is a failure of its own.
void pool_chunk_core::send(std::size_t first, std::size_t count, bool throws) {
    if (count == 0) return;
    auto task = std::make_shared<pool_task>(core_, settings_);
    try {
        write(*task, first, count);
    } catch (const serialization_error&) {
        if (count == 1) return note_failure(first, 1, std::current_exception());
        send(first, count / 2, throws);
        return send(first + count / 2, count - count / 2, throws);
    }
    if (grain_ != 0) make_batch(count, *task);
    {
        const std::lock_guard guard(mutex_);
        ++under_way_;
        sent_.emplace(task.get(), sent_part{task, first, count});
    }
    try {
        core_->submit(task, pool_core::urgency::of_the_pool);
    } catch (...) {
        {
            const std::lock_guard guard(mutex_);
            sent_.erase(task.get());
        }
        if (throws && count == elements_) {
            --under_way_;
            throw;
        }
        note_failure(first, count, std::current_exception());
        return ended_one();
    }
    core_->on_ready(
        *task, [self = shared_from_this(), part = task.get()] { self->part_ended(*part); }, this);
}

void pool_chunk_core::make_batch(std::size_t count, pool_task& task) {
    task.batch = std::make_unique<task_batch>();
    task.batch->elements = count;
    task.batch->news = [self = weak_from_this(), part = &task] {
        if (const auto alive = self.lock()) alive->part_has_news(*part);
    };
}

// Again, after what became of others; unless nobody wants it any more.
void pool_chunk_core::send_again(std::size_t first, std::size_t count) {
    const auto wanted = [&] {
        const std::lock_guard guard(mutex_);
        return std::clamp(wanted_, first, first + count) - first;
    }();
    send(first, wanted);
    if (wanted < count) note_failure(first + wanted, count - wanted, make_cancelled());
}

// ---- what comes back ----------------------------------------------------------------------------------------------

void pool_chunk_core::part_has_news(pool_task& part) {
    if (take_news(part)) news_();
}

// What a batch tells of, and what it gives back. False when it is not under way any more.
//
// Two threads may do this at once, for the pool calls back without its lock: taking and noting is one step, or what one
// has taken would be missing when the other one notes the end, and what is sent again counts from there on.
bool pool_chunk_core::take_news(pool_task& part) {
    std::size_t given_back = 0, from = 0;
    {
        const std::lock_guard guard(mutex_);
        auto news = core_->take_news(part);
        const auto found = sent_.find(&part);
        if (found == sent_.end()) return false;
        auto& sent = found->second;
        const auto count = static_cast<std::size_t>(news.results.elements());
        if (count > 0) pieces_.emplace(sent.first + sent.came, piece{count, nullptr, nullptr, std::move(news.results)});
        sent.came += count;
        if (news.ends_at && *news.ends_at < sent.count) {
            const auto kept = static_cast<std::size_t>(*news.ends_at);
            given_back = std::exchange(sent.count, kept) - kept;
        }
        from = sent.end();
        ++under_way_;
    }
    send_again(from, given_back);
    ended_one();
    return true;
}

namespace {

std::size_t count_in(const pool_task& part) noexcept {
    std::uint64_t count = 0;
    const auto bytes = part.result_bytes();
    if (bytes.size() >= sizeof count) std::memcpy(&count, bytes.data(), sizeof count);
    return static_cast<std::size_t>(count);
}

}  // namespace

void pool_chunk_core::part_ended(pool_task& part) {
    if (part.batch) take_news(part);
    sent_part sent;
    {
        const std::lock_guard guard(mutex_);
        sent = sent_.extract(&part).mapped();
        busy_ += part.busy;
    }
    const auto first = sent.first, end = sent.end();
    const auto came = first + sent.came;
    if (part.has_value()) {
        const std::size_t did = part.batch ? sent.came : std::min(sent.count, count_in(part));
        if (!part.batch) note(first, {did, std::move(sent.task), nullptr, std::nullopt});
        send_again(first + did, sent.count - did);
    } else if (part.died_at && came < end) {
        const std::size_t lost = std::clamp<std::size_t>(first + *part.died_at, first, end - 1);
        if (lost < came) {
            send_again(came, end - came);  // its last words were a result
        } else {
            send_again(came, lost - came);
            if (is_retried(lost) && !part.timed_out)
                send_again(lost, 1);
            else
                note_failure(lost, 1, part.failure);
            send_again(lost + 1, end - lost - 1);
        }
    } else {
        note_failure(came, end - came, part.failure);
    }
    if (part.batch) news_();  // other parts may take long yet
    ended_one();
}

bool pool_chunk_core::is_retried(std::size_t element) {
    const std::lock_guard guard(mutex_);
    return tried_[element]++ < retries_;
}
void pool_chunk_core::note_failure(std::size_t first, std::size_t count, const std::exception_ptr& why) {
    note(first, {count, nullptr, why, std::nullopt});
}
void pool_chunk_core::note(std::size_t first, piece what) {
    if (what.count == 0) return;
    const std::lock_guard guard(mutex_);
    pieces_.emplace(first, std::move(what));
}

void pool_chunk_core::ended_one() {
    if (--under_way_ > 0) return;
    std::vector<pool_task::listener> told;
    {
        const std::lock_guard guard(mutex_);
        told = std::move(listeners_);
        done_.store(true, std::memory_order_release);
    }
    for (auto& each : told) each.call();
}

}  // namespace brood::detail
