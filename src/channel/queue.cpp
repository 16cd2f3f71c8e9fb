// SPDX-License-Identifier: MIT
// Queues: lanes, who waits at them, and how they end. A process puts into one lane, so that its values stay in order;
// whoever gets has a lane that it likes and looks at the others when that one is empty, and now and then anyway.
#include "channel/queue_state.hpp"

#include "arena/wait_set.hpp"
#include "channel/kinds.hpp"
#include "channel/message.hpp"
#include "channel/patience.hpp"
#include "platform/bulk_memory.hpp"

#include <brood/queue.hpp>

#include <cstddef>
#include <cstring>
#include <new>
#include <stdexcept>

namespace brood::channel {

thread_local int patience::limit_ = patience::least, patience::vain_ = 0, patience::rest_ = 0,
                 patience::rests_ = patience::least_rests;
thread_local int keeping_up::in_a_row_ = 0;

namespace {

using result = detail::channel_result;
using outcome = std::optional<result>;  // nothing: wait

arena::process_tag self_tag() noexcept { return arena::own_tag.load(std::memory_order_relaxed); }

// ---- how it ends --------------------------------------------------------------------------------------------------

void share(queue_state& q) noexcept {
    if (q.was_shared.load(std::memory_order_relaxed) == 0 && self_tag() != q.maker) q.was_shared = 1;
}

// Another process had it, and now there is this one alone.
bool is_alone(const queue_state& q) noexcept {
    if (q.is_pipe != 0 || q.was_shared.load() == 0) return false;
    return std::atomic_ref<std::uint64_t>(arena::head_of(arena::block_of(&q)).references).load() == 1;
}
// Nobody will ever put, or get.
bool no_writer(const queue_state& q) noexcept { return is_alone(q) && !q.have_put.has(self_tag()); }
bool no_reader(const queue_state& q) noexcept { return is_alone(q) && !q.have_got.has(self_tag()); }

bool gets_no_more(const queue_state& q) noexcept { return q.closed.load() != 0 || no_writer(q); }

// ---- what is in it ------------------------------------------------------------------------------------------------

bool is_empty(const lane& l) noexcept {
    const std::uint64_t taken = count_taken(l);
    return count_put(l) == taken;
}
bool is_empty(const queue_state& q) noexcept {
    for (std::uint32_t i = 0; i < q.lane_count; ++i)
        if (!is_empty(q.lanes[i])) return false;
    return true;
}

// With the producers' lock; a queue with a capacity has one lane.
bool has_room(const queue_state& q, lane& l) noexcept {
    if (q.capacity == no_capacity) return true;
    const std::uint64_t put = count_put(l);
    if (((put - l.known_taken) & counts) < q.capacity) return true;
    l.known_taken = count_taken(l);
    return ((put - l.known_taken) & counts) < q.capacity;
}
bool is_full(const queue_state& q) noexcept { return count_records(q.lanes[0]) >= q.capacity; }

// Puts that began before the queue was closed have ended.
void let_puts_end(queue_state& q) {
    for (std::uint32_t i = 0; i < q.lane_count; ++i) const side_lock wait(q.lanes[i].producers);
}

// ---- put ----------------------------------------------------------------------------------------------------------

// A record whose bytes are copied into the ring.
struct small_record {
    const void* bytes;
    std::size_t size;
    void put_into(lane& l) const {
        const auto place = reserve(l, size);
        place.write(static_cast<std::uint32_t>(size), bytes, size);
        publish(place);
    }
};
// A message, to which the ring gets a reference of its own.
struct message_record {
    arena::offset message;
    void put_into(lane& l) const {
        const auto place = reserve(l, sizeof message);
        place.write(message_bit, &message, sizeof message);
        arena::transaction change;
        arena::add_reference(change, message);
        publish(change, place);
        change.commit();
    }
};

template <class Record>
outcome try_put(queue_state& q, lane& l, const Record& record) {
    {
        const side_lock lock(l.producers);
        if (q.closed.load(std::memory_order_relaxed) != 0) return result::closed;
        if (q.unread.load(std::memory_order_relaxed) != 0) return result::deserted;
        if (!has_room(q, l)) return no_reader(q) ? outcome(result::deserted) : outcome();
        record.put_into(l);
    }
    ring_bell_after_exchange(q.readers, &q.lookouts);  // of the lock
    return result::done;
}

void begin_putting(queue_state& q) noexcept {
    if (q.is_pipe != 0) return;
    q.have_put.add(self_tag());
    share(q);
}

template <class Record>
result put(queue_state& q, const Record& record, const platform::deadline& until) {
    begin_putting(q);
    lane& l = q.lanes[arena::record_of(self_tag()) & (q.lane_count - 1)];
    return wait_at(
               q.writers, until, [&] { return try_put(q, l, record); },
               [&] { return is_full(q) && q.closed.load() == 0 && q.unread.load() == 0 && !no_reader(q); })
        .value_or(result::late);
}

// ---- get ----------------------------------------------------------------------------------------------------------

struct plain_taker {
    void* into;
    std::size_t size;
    void operator()(const finding& found) const {
        copy_bytes(into, found.record + 1, size);
        take(found);
    }
};

struct value_taker {
    detail::taken_value& into;
    void operator()(const finding& found) const {
        if ((*found.record & message_bit) == 0) {
            into.set_small(found.record + 1, *found.record);
            return take(found);
        }
        arena::offset message = 0;
        std::memcpy(&message, found.record + 1, sizeof message);
        into.set_message(arena::take_over(message, [&](arena::transaction& change) { take(change, found); }));
    }
};

template <class Taker>
bool try_lane(lane& l, const Taker& taker) {
    const side_lock lock(l.consumers);
    found_copy copy;
    const finding found = find(l, copy);
    if (found.record == nullptr) return false;
    if (found.news != 0) keeping_up::saw(found.news);
    taker(found);
    return true;
}

// The lane that this thread looks at first.
class favourite {
public:
    static std::uint32_t get(const queue_state& q) noexcept {
        favourite& self = own_;
        if (++self.uses_ % patient_for == 0) ++self.lane_;
        return self.lane_ & (q.lane_count - 1);
    }
    static void set(std::uint32_t lane) noexcept { own_.lane_ = lane; }

private:
    static constexpr std::uint32_t patient_for = 64;
    static thread_local favourite own_;
    std::uint32_t lane_ = 0, uses_ = 0;
};
thread_local favourite favourite::own_;

template <class Taker>
[[gnu::noinline]] bool try_lanes_after(std::uint32_t first, queue_state& q, const Taker& taker) {
    for (std::uint32_t i = 1; i < q.lane_count; ++i) {
        const std::uint32_t other = (first + i) & (q.lane_count - 1);
        if (is_empty(q.lanes[other]) || !try_lane(q.lanes[other], taker)) continue;
        favourite::set(other);
        return true;
    }
    return false;
}
template <class Taker>
bool try_lanes(queue_state& q, const Taker& taker) {
    const std::uint32_t first = favourite::get(q);
    return try_lane(q.lanes[first], taker) || try_lanes_after(first, q, taker);
}

// Where nothing was found.
template <class Taker>
[[gnu::noinline]] outcome try_at_end(queue_state& q, const Taker& taker) {
    if (!gets_no_more(q)) return {};
    let_puts_end(q);
    if (try_lanes(q, taker)) return result::done;
    return q.closed.load() != 0 ? result::closed : result::deserted;
}

template <class Taker>
outcome try_get(queue_state& q, const Taker& taker) {
    if (!try_lanes(q, taker)) {
        if (const auto end = try_at_end(q, taker); end != result::done) return end;
    }
    if (q.capacity != no_capacity) ring_bell_after_exchange(q.writers);
    return result::done;
}

void begin_getting(queue_state& q) noexcept {
    if (q.have_got.has(self_tag())) return;
    q.have_got.add(self_tag());
    if (q.have_got.has_others(self_tag())) q.lookouts.in_use.store(1, std::memory_order_relaxed);
}

struct only_way : nothing_else {
    template <class Taker>
    static constexpr bool take(const Taker&) noexcept {
        return false;
    }
};
struct two_ways {
    detail::other_way& way;
    bool has_come() const noexcept { return way.has_come(); }
    bool take(const value_taker& taker) const noexcept { return way.take(taker.into); }
    void before_sleep() const noexcept { way.before_sleep(); }
};

template <class Taker, class Way = only_way>
result get(queue_state& q, const Taker& taker, const platform::deadline& until, const Way& beside = {}) {
    if (q.is_pipe == 0) {
        begin_getting(q);
        share(q);
    }
    if (until != detail::at_once) keeping_up::let_some_gather();
    return wait_at(
               q.readers, until, [&] { return beside.take(taker) ? outcome(result::done) : try_get(q, taker); },
               [&] { return !beside.has_come() && is_empty(q) && !gets_no_more(q); },
               q.is_pipe == 0 ? &q.lookouts : nullptr, beside)
        .value_or(result::late);
}

// ---- the kind -----------------------------------------------------------------------------------------------------

bool clear_queue(arena::offset block) {
    auto& q = queue_at(block);
    for (std::uint32_t i = 0; i < q.lane_count; ++i)
        if (!clear_some(q.lanes[i])) return false;
    return true;
}

void process_died(arena::offset block, arena::process_tag dead, bool) {
    auto& q = queue_at(block);
    if (q.is_pipe != 0) return;
    bool looked = false;
    for (auto& post : q.lookouts.taken_by)
        if (auto seen = dead; post.compare_exchange_strong(seen, 0)) looked = true;
    if (looked) arena::wake(&q.readers, arena::everybody);
    q.have_put.remove(dead);
    q.have_got.remove(dead);
    q.was_shared = 1;
}

// Who waits may be alone now. The block is only named.
void left(arena::offset block) {
    auto& q = queue_at(block);
    for (const bell* which : {&q.readers, &q.writers, &q.joiners}) arena::wake(which, arena::everybody);
}

std::uint64_t all_put(const queue_state& q) noexcept {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < q.lane_count; ++i) sum += count_put(q.lanes[i]);
    return sum & counts;
}
bool all_done(const queue_state& q) noexcept {
    const std::uint64_t done = q.done.load();
    return all_put(q) == done;
}

}  // namespace

void register_queue_kind() noexcept {
    arena::register_kind(arena::kind::queue, {.clear = &clear_queue, .process_died = &process_died, .left = &left});
}

void wake_all(queue_state& self) noexcept {
    for (const bell* which : {&self.readers, &self.writers, &self.joiners}) arena::wake(which, arena::everybody);
}
void end_writing(queue_state& self) noexcept {
    self.closed = 1;
    wake_all(self);
}
void end_reading(queue_state& self) noexcept {
    self.unread = 1;
    wake_all(self);
}

arena::block_handle make_queue(std::uint64_t capacity, std::size_t plain_size, bool for_pipe) {
    register_channels();
    const std::size_t size = for_pipe ? offsetof(queue_state, have_put) : sizeof(queue_state);
    return arena::make_object(arena::kind::queue, size, [&](void* at) {
        std::memset(at, 0, size);
        auto& q = *static_cast<queue_state*>(at);
        q.capacity = capacity;
        q.plain_size = plain_size;
        q.lane_count = for_pipe || capacity != no_capacity ? 1 : most_lanes;
        q.is_pipe = for_pipe ? 1 : 0;
        q.maker = self_tag();
    });
}

}  // namespace brood::channel

namespace brood::detail {

using channel::queue_state;

// ---- queues -------------------------------------------------------------------------------------------------------

shared_object channel_core::make(std::uint64_t capacity, std::size_t plain_size) {
    if (capacity == 0) throw std::invalid_argument("a queue has room for at least one value");
    return shared_object::of(channel::make_queue(capacity, plain_size, false));
}

shared_object channel_core::load(input_archive& archive, std::size_t plain_size) {
    channel::register_channels();
    auto loaded = shared_object::load(archive, arena::kind::queue);
    if (!loaded) return loaded;
    auto& q = loaded.as<queue_state>();
    if (q.is_pipe != 0 || q.plain_size != plain_size) throw serialization_error("a queue of values of another type");
    channel::share(q);
    return loaded;
}

channel_result channel_core::put_plain(const void* value, std::size_t size, const channel_deadline& until) const {
    return channel::put(*state_, channel::small_record{value, size}, until);
}

channel_result channel_core::put(const output_archive& archive, const channel_deadline& until) const {
    const auto bytes = archive.bytes();
    if (bytes.size() <= small_value && archive.blocks().empty() && archive.shared_objects().empty())
        return channel::put(*state_, channel::small_record{bytes.data(), bytes.size()}, until);
    return put_message(channel::make_message(archive), until);
}

channel_result channel_core::put_message(const std::shared_ptr<arena::held_block>& message,
                                         const channel_deadline& until) const {
    return channel::put(*state_, channel::message_record{message->block()}, until);
}

channel_result channel_core::put_run(std::span<const std::byte> bytes, const channel_deadline& until) const {
    if (bytes.size() <= small_value)
        return channel::put(*state_, channel::small_record{bytes.data(), bytes.size()}, until);
    const auto message = arena::make_object(arena::kind::bytes, bytes.size(), [](void*) {});
    platform::copy_memory(message->bytes(), bytes.data(), bytes.size());
    return channel::put(*state_, channel::message_record{message->block()}, until);
}

channel_result channel_core::get_plain(void* value, std::size_t size, const channel_deadline& until) const {
    return channel::get(*state_, channel::plain_taker{value, size}, until);
}
channel_result channel_core::get(taken_value& into, const channel_deadline& until) const {
    return channel::get(*state_, channel::value_taker{into}, until);
}

channel_result channel_core::get(taken_value& into, other_way& beside, const channel_deadline& until) const {
    return channel::get(*state_, channel::value_taker{into}, until, channel::two_ways{beside});
}
void channel_core::ring() const { channel::ring_bell(state_->readers, &state_->lookouts); }

bool channel_core::wait_filled(const channel_deadline& until) const {
    auto& q = *state_;
    const auto blocked = [&] { return channel::is_empty(q) && !channel::gets_no_more(q); };
    return channel::wait_at(
        q.readers, until, [&] { return !blocked(); }, blocked);
}

void channel_core::join_wait(wait_set& set) const {
    auto& q = *state_;
    set.add({.is_ready = [&q] { return !channel::is_empty(q) || channel::gets_no_more(q); },
             .word = &q.readers,
             .announce = [&q] { q.readers.store(1); }});
}

void channel_core::close() const {
    channel::end_writing(*state_);
    channel::let_puts_end(*state_);
}
bool channel_core::is_closed() const { return state_->closed.load() != 0; }
std::uint64_t channel_core::capacity() const { return state_->capacity; }
std::size_t channel_core::plain_size() const { return static_cast<std::size_t>(state_->plain_size); }
std::uint64_t channel_core::size() const {
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0; i < state_->lane_count; ++i) sum += channel::count_records(state_->lanes[i]);
    return sum;
}

void throw_queue_closed(channel_result why) {
    throw queue_closed(why == channel_result::closed ? "the queue is closed"
                                                     : "no other process is left at the other side of the queue");
}

bool channel_core::task_done() const {
    auto& q = *state_;
    std::uint64_t done = q.done.load();
    do {
        if (channel::all_put(q) == done) return false;
    } while (!q.done.compare_exchange_weak(done, (done + 1) & channel::counts));
    if (channel::all_done(q)) arena::wake(&q.joiners, arena::everybody);
    return true;
}

channel_result channel_core::join(const channel_deadline& until) const {
    auto& q = *state_;
    const auto attempt = [&]() -> channel::outcome {
        if (channel::all_done(q)) return channel_result::done;
        return channel::no_reader(q) ? channel::outcome(channel_result::deserted) : channel::outcome();
    };
    return channel::wait_at(q.joiners, until, attempt, [&] { return !attempt(); }).value_or(channel_result::late);
}

}  // namespace brood::detail
