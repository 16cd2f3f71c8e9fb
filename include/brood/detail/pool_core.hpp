// SPDX-License-Identifier: MIT
// What pools do whatever the types of their tasks.
#pragma once

#include <brood/detail/batch.hpp>
#include <brood/detail/chunk.hpp>
#include <brood/detail/future_state.hpp>
#include <brood/detail/held_open.hpp>
#include <brood/detail/target.hpp>
#include <brood/detail/task_bytes.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/pool_options.hpp>
#include <brood/worker_stats.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace brood::pools {
struct task_trace;
}

namespace brood {

namespace detail {

class pool_core;

struct task_settings {
    int priority = 0;
    unsigned retries = 0;
    std::optional<std::chrono::steady_clock::duration> timeout = {};
};

// The session of a task in a worker: chunks say which element they are at, and may have to end early.
class BROOD_API task_session : public target_session {
public:
    std::atomic<std::uint64_t>* position = nullptr;
    // When the element began, if it has a time limit, in nanoseconds of the steady clock; else null.
    std::atomic<std::int64_t>* begun = nullptr;
    // Of a batch that runs: how many elements have begun, and in the upper half where it ends; else null.
    std::atomic<std::uint64_t>* batch = nullptr;
    std::uint64_t most_elements = ~std::uint64_t{0};
    std::uint64_t elements = 1;  // how many were done

    // Tell of one element's value, bare, and of the results of some.
    virtual void send_bare(const void* value, std::size_t size) = 0;
    virtual output_archive& begin_some(std::size_t elements) = 0;
    virtual void send_some() = 0;

    // False when there may be no more.
    bool begin_element(std::uint64_t number) {
        if (number >= most_elements) return false;
        if (batch != nullptr && !begin_next(*batch)) return false;
        position->store(number, std::memory_order_relaxed);
        if (begun != nullptr) begun->store(steady_nanoseconds(), std::memory_order_relaxed);
        return true;
    }
    static std::int64_t steady_nanoseconds() {
        return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
            .count();
    }

    static constexpr unsigned batch_bits = 32;
    static std::uint32_t batch_end(std::uint64_t batch) noexcept {
        return static_cast<std::uint32_t>(batch >> batch_bits);
    }
    static std::uint32_t batch_begun(std::uint64_t batch) noexcept { return static_cast<std::uint32_t>(batch); }
    static std::uint64_t make_batch(std::uint64_t begun, std::uint64_t end) noexcept {
        return end << batch_bits | begun;
    }

protected:
    ~task_session() = default;

private:
    // Whoever changes where it ends sees what has begun, and the other way round.
    static bool begin_next(std::atomic<std::uint64_t>& batch) noexcept {
        const auto before = batch.fetch_add(1);
        return batch_begun(before) < batch_end(before);
    }
};

// One call on its way through a pool.
class BROOD_API pool_task {
public:
    pool_task(std::shared_ptr<pool_core> core, const task_settings& settings);
    pool_task(const pool_task&) = delete;
    pool_task& operator=(const pool_task&) = delete;
    virtual ~pool_task();

    // Writes what is to be done; throws serialization_error. Before submit.
    void fill(const target& what);
    // The same, where that was written already.
    void fill(const target& what, const output_archive& written);
    void fill(const target& what, task_bytes written);
    static constexpr archive_mode mode{.handles = false, .same_program = true};  // workers compare builds at first
    // After `done`: the bytes of the value; throws what the task threw or what became of it.
    const task_bytes& value() const;

    // How it ended, for chunks. After `done`.
    bool has_value() const noexcept { return !failure; }
    // The raw bytes of the result's beginning.
    std::string_view result_bytes() const noexcept;

    std::shared_ptr<pool_core> core;
    const task_settings settings;
    std::atomic<bool> done{false};

    // ---- of the pool ----
    enum class place : std::uint8_t { nowhere, pending, given_out, ended };
    place where = place::nowhere;
    bool timed_out = false;
    bool withdrawn = false;   // cancelled before it ran; in a worker, of a task of a task: cancelled at all
    bool killed = false;      // cancelled while it ran
    bool has_ended = false;   // its worker has said so
    bool is_single = false;   // no elements of which one may be under way
    bool is_awaited = false;  // somebody reads its result while that is written
    std::uint32_t slot = 0;
    std::uint64_t number = 0;
    std::uint64_t generation = 0;
    unsigned retries_left = 0;
    entry_function entry = nullptr;
    callee calls;            // unknown of a task of a task
    std::string entry_name;  // instead of `entry`: the written name of code
    task_bytes arguments;
    task_bytes result;
    std::shared_ptr<coming_result> coming;  // what will be the result
    std::exception_ptr failure;             // of a batch also while it runs: of results that could not be kept
    std::optional<std::uint64_t> died_at;   // its worker died in this element
    std::chrono::nanoseconds busy{0};
    struct listener {
        std::function<void()> call;
        const void* key;
    };
    std::list<listener> listeners;
    std::unique_ptr<pools::task_trace> trace;  // of a pool that is traced
    std::unique_ptr<task_batch> batch;         // if it is one

    // While a result is read, for the trace.
    class BROOD_API reading_scope {
    public:
        explicit reading_scope(const pool_task* task) noexcept
            : trace_(task != nullptr ? task->trace.get() : nullptr),
              begun_(trace_ != nullptr ? task_session::steady_nanoseconds() : 0) {}
        reading_scope(const reading_scope&) = delete;
        reading_scope& operator=(const reading_scope&) = delete;
        ~reading_scope() {
            if (trace_ != nullptr) tell();
        }

    private:
        void tell() const noexcept;
        const pools::task_trace* const trace_;
        const std::int64_t begun_;
    };
};

// What a call gave that was waited for: as bytes, in its task unless it needed none.
struct BROOD_API finished_call {
    std::shared_ptr<pool_task> task;
    task_bytes own;
    // Instead of both, if there is one: the task has not ended yet, and this may be read already.
    std::shared_ptr<const coming_result> coming = {};
    std::shared_ptr<pool_core> pool = {};

    const task_bytes& bytes() const noexcept { return task ? task->result : own; }
    // Blocks until the task of a result that was coming has ended. False when that result did not come: the task
    // failed, or was run again.
    bool wait_for_end() const;
};

// A pool as one process sees it. Thread-safe.
class BROOD_API pool_core : public std::enable_shared_from_this<pool_core> {
public:
    // A pool of this process with its workers. Throws std::invalid_argument and what starting processes throws.
    static std::shared_ptr<pool_core> make(const pool_options& options);
    // In a task: the pool that runs it; else null.
    static std::shared_ptr<pool_core> current() noexcept;

    pool_core() = default;
    pool_core(const pool_core&) = delete;
    pool_core& operator=(const pool_core&) = delete;
    virtual ~pool_core() = default;

    enum class urgency : std::uint8_t {
        usual,       // blocks while the pool's queue is full
        of_the_pool  // never blocks; part of a map, also of a closed pool
    };
    // Throws std::logic_error when the pool was closed, and cancelled when it was terminated.
    virtual void submit(const std::shared_ptr<pool_task>& task, urgency how) = 0;
    // Fills the task and submits it as usual; what the target borrows must live until then. Throws the same, and
    // serialization_error.
    virtual void send(const std::shared_ptr<pool_task>& task, const target& what);
    // Makes a task, sends it, and waits. Throws the same, and what the task threw.
    virtual finished_call call(const target& what, const task_settings& settings);
    // Blocks until the flag, which belongs to this pool, is set: true.
    virtual bool wait(const std::atomic<bool>& flag, const std::chrono::steady_clock::time_point* until) = 0;
    // A flag that wait() waits for was set, but not by the end of a task.
    virtual void look_again() noexcept = 0;
    // Does some of what results wait for, and may block until there is something to do; false when another thread does.
    virtual bool help() = 0;
    virtual void on_ready(pool_task& task, std::function<void()> what, const void* key) = 0;
    virtual void forget(pool_task& task, const void* key) noexcept = 0;
    // `running`: also when it has begun; its worker is then killed.
    virtual bool cancel(pool_task& task, bool running) = 0;
    // Whether it takes tasks that are batches.
    virtual bool takes_batches() const noexcept { return false; }
    // What came of a batch since the last call.
    virtual task_batch::news_so_far take_news(pool_task& batch);
    // Of a batch that runs, elements from `end` on are not to begin.
    virtual void shorten(pool_task& batch, std::uint64_t end);
    virtual int worker_count() const = 0;
    virtual const task_settings& defaults() const noexcept = 0;
    virtual progress_option default_progress() const { return {}; }
    // What a trace is to tell of a task that is about to be written; null where there is no trace.
    virtual std::unique_ptr<pools::task_trace> begin_trace(const target& what);
    virtual void require_open() const {}
    // Until release() a closed pool takes what maps and streams still send, and join() waits for maps.
    virtual void hold(holder who) { static_cast<void>(who); }
    virtual void release(holder who) noexcept { static_cast<void>(who); }

    // ---- for maps ----
    static constexpr bool runs_in_this_process = false;
    template <class R, class F, class T>
    std::shared_ptr<future_state<chunk_result<R>>> start_chunk(const std::shared_ptr<const F>& function,
                                                               std::vector<T> elements, const task_options& options);
    // A batch of chunks of `grain` elements. `news` is called when there is something to take.
    template <class R, class F, class T>
    std::shared_ptr<batch_state<R>> start_batch(const std::shared_ptr<const F>& function, std::vector<T> elements,
                                                const task_options& options, std::size_t grain,
                                                std::function<void()> news);
    task_settings settings_for(const task_options& options) const;

    // ---- in the process that made it; elsewhere they throw std::logic_error ----
    virtual void resize(int workers);
    virtual std::vector<worker_stats> stats();
    virtual std::vector<process_id> worker_pids();
    virtual void close();
    virtual void join();
    virtual void terminate();
    // The last handle is gone.
    virtual void finish() noexcept {}
};

}  // namespace detail
}  // namespace brood
