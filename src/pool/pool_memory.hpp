// SPDX-License-Identifier: MIT
// What a pool and its workers share: who runs which task, and how the workers do. Records of tasks and results travel
// in two queues; here lies what must be known when a process dies between two records.
//
// A task that was given out has a slot, and a generation, which no two uses of a slot share and which only grows. The
// slot's claim is of the last generation that anything became of:
//
//   an older one -> running(worker)    by the worker
//   an older one -> withdrawn          by the pool: cancelled, or taken back for a more urgent one
//
// in one compare-and-exchange each. A task's record may therefore be in the queue twice, or for nothing: only who makes
// it `running` runs it. While the claim is of an older generation, the task is queued. So nothing is written when a
// task has ended, nor when a usual one gets the slot: as long as one worker runs what is in it, the slot's line stays
// in its cache.
#pragma once

#include "pool/handoff.hpp"

#include <brood/detail/pool_core.hpp>
#include <brood/detail/shared_verdict.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace brood::pools {

enum class claim_state : std::uint8_t { withdrawn, running };

// State in the lowest bits, then the worker, then the generation.
inline constexpr unsigned state_bits = 2, worker_bits = 16;
inline constexpr std::uint64_t make_claim(std::uint64_t generation, std::uint32_t worker, claim_state state) noexcept {
    return generation << (state_bits + worker_bits) | std::uint64_t{worker} << state_bits |
           static_cast<std::uint64_t>(state);
}
inline constexpr claim_state state_of(std::uint64_t claim) noexcept {
    return static_cast<claim_state>(claim & ((1U << state_bits) - 1));
}
inline constexpr std::uint32_t worker_of(std::uint64_t claim) noexcept {
    return static_cast<std::uint32_t>(claim >> state_bits) & ((1U << worker_bits) - 1);
}
inline constexpr std::uint64_t generation_of(std::uint64_t claim) noexcept {
    return claim >> (state_bits + worker_bits);
}

// What every task needs is one line.
struct alignas(64) task_slot {
    std::atomic<std::uint64_t> claim;
    std::atomic<std::uint64_t> position;  // in a chunk: the element that runs
    std::atomic<std::uint64_t> batch;     // of a batch: task_session::make_batch()
    std::atomic<std::int64_t> begun;      // clock_now(); of the run, without reading
    std::atomic<std::uint32_t> callee;    // its number in `callees`, from 1; 0: not told
    // clock_now(), for traces: the record was taken, the arguments were read, it has run, the result was sent.
    alignas(64) std::atomic<std::int64_t> taken;
    std::atomic<std::int64_t> read, ended, sent;

    bool is_queued(std::uint64_t generation) const noexcept { return generation_of(claim.load()) < generation; }
    // Which worker runs it, or did last.
    std::optional<std::uint32_t> runner_of(std::uint64_t generation) const noexcept {
        const auto now = claim.load();
        if (generation_of(now) != generation || state_of(now) != claim_state::running) return std::nullopt;
        return worker_of(now);
    }
    // False when another one was first.
    bool make_running(std::uint64_t generation, std::uint32_t worker) noexcept {
        return leave_queue(generation, make_claim(generation, worker, claim_state::running));
    }
    bool withdraw(std::uint64_t generation) noexcept {
        return leave_queue(generation, make_claim(generation, 0, claim_state::withdrawn));
    }

private:
    bool leave_queue(std::uint64_t generation, std::uint64_t becomes) noexcept {
        auto now = claim.load(std::memory_order_relaxed);
        while (generation_of(now) < generation)
            if (claim.compare_exchange_weak(now, becomes)) return true;
        return false;
    }
};

enum class worker_phase : std::uint32_t { none, starting, idle, busy, ending };

// Written by its worker, read by everybody.
struct alignas(64) worker_line {
    std::atomic<worker_phase> phase;
    std::atomic<std::uint64_t> tasks;
    std::atomic<std::uint64_t> busy;    // nanoseconds in tasks that ended
    std::atomic<std::uint64_t> memory;  // bytes, after the last task that was looked at
    std::atomic<std::int64_t> since;    // when the phase began
    std::atomic<std::int64_t> pid;
    std::atomic<std::uint32_t> slot;  // of the task that it took last, from 1
};

inline constexpr std::uint32_t most_slots = 2048, most_workers = 4096, most_functions = 256, longest_function = 480;

// Code that tasks enter, under a number that is shorter than its name.
struct function_entry {
    std::atomic<std::uint32_t> size;  // 0: none
    std::array<char, longest_function> name;
};

// Written by the pool, for who looks at it from outside.
struct alignas(64) pool_face {
    std::uint64_t magic;
    std::array<char, 64> name;  // UTF-8, ends with a zero, perhaps cut
    std::atomic<std::int64_t> pid;
    std::atomic<std::uint64_t> wanted;      // workers
    std::atomic<std::uint64_t> unfinished;  // tasks; a chunk of a map is one
    std::atomic<std::uint64_t> ended, failed;
    std::atomic<std::uint64_t> restarts;  // of workers
};
inline constexpr std::uint64_t face_magic = 0x6c6f6f706f726207;  // and the version of pool_memory

struct pool_memory {
    pool_face face;
    handoff direct;
    std::array<task_slot, most_slots> slots;
    std::array<worker_line, most_workers> workers;
    std::array<function_entry, most_functions> functions;
    std::array<function_entry, most_functions> callees;  // as portable_name() gives them
};

static_assert(alignof(pool_memory) <= detail::shared_alignment);  // of every block

inline std::int64_t clock_now() noexcept { return detail::task_session::steady_nanoseconds(); }

inline constexpr std::uint64_t unbounded_queue = ~std::uint64_t{0};

// ---- records ------------------------------------------------------------------------------------------------------

// Heads are small, so that the record of a small task or result has its copy beside the queue's tail: see lane.hpp.

inline constexpr std::uint16_t unnumbered = ~std::uint16_t{0};

// Pool to workers. What follows: the function's name, if it has no number; then the arguments, or the place of the
// message block that has them.
struct task_head {
    std::uint64_t generation;
    std::uint16_t slot;
    std::uint16_t function;
    std::uint16_t name_size;
    std::uint8_t leave;           // no task: whoever gets this ends
    std::uint8_t timed : 1;       // its elements have a time limit
    std::uint8_t traced : 1;      // its worker notes the times of a trace
    std::uint8_t batch : 1;       // its worker tells of what it has done so far
    std::uint8_t in_message : 1;  // its arguments are
    std::uint8_t single : 1;      // it has no elements; how long it ran may be told with the next result
    std::uint8_t awaited : 1;     // its result may be reported before it is whole
};
static_assert(most_slots <= 1U << 16 && most_functions < unnumbered && longest_function <= 1U << 16);

enum class report : std::uint8_t {
    poke,       // of the pool to itself: look at what is not in the queue
    ready,      // a worker began
    refused,    // its initializer threw; the exception follows
    some,       // values of elements of a batch follow: one, bare, if `elements` is 0
    result,     // the value follows
    whole,      // so it is, of a result that was reported before
    exception,  // the exception follows
    leaving,    // the worker ends by itself
    waits,      // its task waits for a task
    goes_on,    // no more
    submit,     // a task of a task: its settings, the name of its function and its arguments follow
    cancel      // of the task of a task that the worker knows by `number`; `slot`: though it runs
};

// Workers to pool.
struct report_head {
    report what;
    std::uint16_t worker;
    std::uint64_t number;  // the task's generation
    std::uint16_t slot;
    std::uint32_t elements = 0;
    std::int64_t busy = 0;  // nanoseconds that the task ran, without reading and writing; see task_head::single
};
static_assert(most_workers <= 1U << 16);

}  // namespace brood::pools
