// SPDX-License-Identifier: MIT
// The threads of a thread_pool. One lock guards the queue and the counts; nothing of the user's runs under it.
//
//   a task:   in the queue -> claimed -> run, refused or cancelled
//   a thread: starting -> idle <-> busy (<-> waiting) -> ended; it ends when the pool is closed and has no work, is
//             terminated or failed, when there are too many, after max_tasks_per_worker or idle_timeout
#include "pool/run_bound.hpp"

#include "platform/platform.hpp"

#include <brood/detail/thread_task.hpp>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace brood::detail {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;
using task_pointer = std::shared_ptr<thread_task>;

std::string next_name() {
    static std::atomic<unsigned> made{0};
    return "thread-pool-" + std::to_string(++made);
}

class core;

struct worker final : waiting_scope::watcher {
    worker(core& pool, int number) : owner(pool), id(number) {}
    void begin_waiting() override;
    void end_waiting() noexcept override;

    core& owner;
    const int id;
    std::thread thread;
    const clock::time_point started = clock::now();
    // Guarded by the core's lock.
    worker_state state = worker_state::starting;
    clock::time_point since = started;  // when the state began
    std::uint64_t tasks = 0;
    nanoseconds busy{}, idle{}, start_time{};
    std::vector<task_pointer> running;  // the last one runs, those before it wait for it
    bool surplus = false;               // it leaves since there are too many
};

thread_local worker* worker_here = nullptr;

class core final : public thread_core {
public:
    explicit core(pool_options options)
        : options_(std::move(options)),
          name_(options_.name.empty() ? next_name() : options_.name),
          size_(options_.workers ? *options_.workers : static_cast<int>(platform::usable_processors())) {}
    ~core() override;
    void start();
    void put(task_pointer task, int priority, bool limited) override;
    void claimed() noexcept override;
    bool is_worker() const noexcept override { return worker_here != nullptr && &worker_here->owner == this; }
    void run_here(const task_pointer& task) noexcept override;
    int worker_count() const override;
    void require_open() const override;
    void hold(holder who) override;
    void release(holder who) noexcept override;
    progress_option default_progress() const override { return options_.progress; }
    void resize(int workers) override;
    void close() override;
    void join() override;
    void terminate() override;
    std::vector<worker_stats> stats() const override;
    const std::string& name() const noexcept override { return name_; }
    void change_waiting(worker& self, int by);

private:
    using lock = std::unique_lock<std::mutex>;

    // With the lock.
    bool drained() const { return closed_ && queued_ == 0 && !holds_.any() && running_ <= joining_; }
    int staying() const { return live_ - leaving_; }
    int active() const { return staying() - waiting_; }
    bool is_over() const { return terminated_ || broken_ || drained(); }
    void require_open_locked(bool held) const;
    void grow();
    void spawn();
    void enter(worker& self, worker_state state);
    task_pointer pop();
    std::vector<task_pointer> take_all();
    void tell_if_over();
    bool budget_is_spent(const worker& self) const { return budget(self) == 0; }
    std::uint64_t budget(const worker& self) const;
    void work(worker& self);
    bool initialize(worker& self);
    void serve(worker& self);
    bool rest(worker& self, lock& held);
    void run(worker& self, task_pointer task, lock& held);
    void leave(worker& self);
    void fail(const std::exception_ptr& why);
    bool is_here() const noexcept { return owner_ == platform::current_process_id(); }
    void require_here() const;
    const pool_options options_;
    const std::string name_;
    const process_id owner_ = platform::current_process_id();
    mutable std::mutex mutex_;
    std::condition_variable work_, room_, ended_;
    std::map<int, std::deque<task_pointer>, std::greater<>> queue_;  // by priority; claimed ones stay until their turn
    std::int64_t queued_ = 0;                                        // that nobody claimed
    std::map<int, std::unique_ptr<worker>> workers_;
    std::map<int, std::uint64_t> restarts_;
    std::vector<std::thread> ended_threads_;
    int size_;
    int live_ = 0, leaving_ = 0, idle_ = 0, waiting_ = 0, running_ = 0;  // leaving: live, but one too many
    int joining_ = 0;  // workers whose task calls join(): they end after it
    pool_holds holds_;
    bool closed_ = false, terminated_ = false;
    std::exception_ptr broken_;
};

void worker::begin_waiting() { owner.change_waiting(*this, 1); }
void worker::end_waiting() noexcept { owner.change_waiting(*this, -1); }

// ---- threads ------------------------------------------------------------------------------------

void core::start() {
    const lock guard(mutex_);
    try {
        while (live_ < size_) spawn();
    } catch (...) {
        closed_ = terminated_ = true;  // those that were started leave
        work_.notify_all();
        throw;
    }
}

core::~core() {
    for (auto& thread : ended_threads_)
        if (!is_here() || thread.get_id() == std::this_thread::get_id())
            thread.detach();
        else
            thread.join();
}

void core::spawn() {
    int id = 0;
    while (workers_.contains(id)) ++id;
    auto made = std::make_unique<worker>(*this, id);
    auto& self = *made;
    workers_.emplace(id, std::move(made));
    try {
        self.thread = std::thread([keep = shared_from_this(), this, &self] { work(self); });
    } catch (...) {
        workers_.erase(id);
        throw;
    }
    ++live_;
}

// Starts a thread if there is more to do than threads that could.
void core::grow() {
    if (queued_ <= idle_ || (staying() >= size_ && active() > 0) || is_over()) return;
    try {
        spawn();
    } catch (const std::system_error&) {
        if (staying() == 0) throw;  // else the others do it, if later
    }
}

void core::enter(worker& self, worker_state state) {
    const auto now = clock::now();
    const auto passed = std::chrono::duration_cast<nanoseconds>(now - self.since);
    if (self.state == worker_state::starting) self.start_time = passed;
    if (self.state == worker_state::idle) self.idle += passed;
    if (self.state == worker_state::busy || self.state == worker_state::waiting) self.busy += passed;
    self.state = state;
    self.since = now;
}

void core::change_waiting(worker& self, int by) {
    const lock guard(mutex_);
    waiting_ += by;
    enter(self, by > 0 ? worker_state::waiting : worker_state::busy);
    if (by > 0) grow();
}

void core::work(worker& self) {
    worker_here = &self;
    if (initialize(self)) {
        waiting_scope::watch_this_thread(&self);
        serve(self);
        waiting_scope::watch_this_thread(nullptr);
        if (options_.finalizer) {
            try {
                run_bound(options_.finalizer);
            } catch (...) {
                // nobody is there who could be told
            }
        }
    }
    worker_here = nullptr;
    leave(self);
}

bool core::initialize(worker&) {
    if (!options_.initializer) return true;
    try {
        run_bound(options_.initializer);
        return true;
    } catch (...) {
        fail(std::current_exception());
        return false;
    }
}

void core::serve(worker& self) {
    lock held(mutex_);
    for (;;) {
        if (self.state != worker_state::idle) enter(self, worker_state::idle);
        self.surplus = active() > size_;
        if (self.surplus || is_over() || budget_is_spent(self)) break;
        if (auto task = pop())
            run(self, std::move(task), held);
        else if (!rest(self, held))
            break;
    }
    if (self.surplus) ++leaving_;  // with the same lock, so that no more threads leave than are too many
    enter(self, worker_state::ending);
}

// Waits for work: false when the thread is to end.
bool core::rest(worker&, lock& held) {
    ++idle_;
    bool awake = true;
    if (options_.idle_timeout)
        awake = work_.wait_for(held, *options_.idle_timeout, [this] { return queued_ > 0 || is_over(); });
    else
        work_.wait(held);
    --idle_;
    return awake;
}

void core::run(worker& self, task_pointer task, lock& held) {
    enter(self, worker_state::busy);
    ++running_;
    self.running.push_back(task);
    const auto most = budget(self);
    held.unlock();
    const auto ran = task->run(most);
    const bool over = task->over();
    held.lock();
    self.running.pop_back();
    self.tasks += ran;
    --running_;
    if (!over) {
        task->give_back();
        queue_[0].push_front(task);
        ++queued_;
    }
    tell_if_over();
    held.unlock();
    task.reset();  // what it still holds is the user's
    held.lock();
}

void core::run_here(const task_pointer& task) noexcept {
    auto& self = *worker_here;
    {
        const lock guard(mutex_);
        self.running.push_back(task);
    }
    const auto ran = task->run(std::numeric_limits<std::uint64_t>::max());
    const lock guard(mutex_);
    self.running.pop_back();
    self.tasks += ran;
}

std::uint64_t core::budget(const worker& self) const {
    if (!options_.max_tasks_per_worker) return std::numeric_limits<std::uint64_t>::max();
    const auto most = static_cast<std::uint64_t>(*options_.max_tasks_per_worker);
    return most > self.tasks ? most - self.tasks : 0;
}

// The last thing that a thread does. It joins those that left before. Tasks that others ran meanwhile go out of the
// queue: they refer to this object.
void core::leave(worker& self) {
    std::vector<std::thread> before;
    decltype(queue_) claimed;
    {
        const lock guard(mutex_);
        before.swap(ended_threads_);
    }
    for (auto& thread : before) thread.join();
    const lock guard(mutex_);
    if (queued_ == 0) claimed.swap(queue_);
    const bool replaced = !self.surplus && budget_is_spent(self) && active() <= size_ && !is_over();
    ended_threads_.push_back(std::move(self.thread));
    if (replaced) ++restarts_[self.id];
    leaving_ -= self.surplus ? 1 : 0;
    workers_.erase(self.id);
    --live_;
    try {
        replaced ? spawn() : grow();
    } catch (const std::system_error&) {
        // the next task tries again
    }
    ended_.notify_all();
}

// ---- tasks --------------------------------------------------------------------------------------

task_pointer core::pop() {
    while (!queue_.empty()) {
        auto& [priority, tasks] = *queue_.begin();
        while (!tasks.empty()) {
            auto task = std::move(tasks.front());
            tasks.pop_front();
            if (!task->claim()) continue;  // somebody else ran or cancelled it
            --queued_;
            room_.notify_one();
            return task;
        }
        queue_.erase(queue_.begin());
    }
    return nullptr;
}

void core::put(task_pointer task, int priority, bool limited) {
    require_here();
    lock held(mutex_);
    require_open_locked(!limited && holds_.any());
    if (limited && options_.queue_limit && !is_worker()) {
        room_.wait(held, [this] { return queued_ < *options_.queue_limit || closed_ || broken_; });
        require_open_locked(false);
    }
    queue_[priority].push_back(std::move(task));
    ++queued_;
    if (idle_ > 0) work_.notify_one();
    grow();
}

void core::claimed() noexcept {
    const lock guard(mutex_);
    --queued_;
    room_.notify_one();
    tell_if_over();
}

void core::tell_if_over() {
    if (drained()) work_.notify_all();
}

std::vector<task_pointer> core::take_all() {
    std::vector<task_pointer> all;
    while (auto task = pop()) all.push_back(std::move(task));
    return all;
}

void core::fail(const std::exception_ptr& why) {
    std::vector<task_pointer> refused;
    {
        const lock guard(mutex_);
        if (!broken_) broken_ = why;
        refused = take_all();
        work_.notify_all();
        room_.notify_all();
    }
    for (const auto& task : refused) task->refuse(why);
}

// ---- what the pool does -------------------------------------------------------------------------

void core::require_here() const {
    if (!is_here())
        throw std::logic_error("the threads of thread_pool '" + name_ +
                               "' are in the process that this one was forked from");
}

void core::require_open_locked(bool held) const {
    if (broken_) std::rethrow_exception(broken_);
    if (terminated_) throw cancelled("thread_pool '" + name_ + "' was terminated");
    if (closed_ && !held && !is_worker())
        throw std::logic_error("thread_pool '" + name_ + "' is closed: it takes no more tasks");
}

int core::worker_count() const {
    const lock guard(mutex_);
    return size_;
}

void core::require_open() const {
    require_here();
    const lock guard(mutex_);
    require_open_locked(false);
}

void core::hold(holder who) {
    require_here();
    const lock guard(mutex_);
    require_open_locked(false);
    holds_.add(who);
}

void core::release(holder who) noexcept {
    const lock guard(mutex_);
    holds_.remove(who);
    tell_if_over();
}

void core::resize(int workers) {
    require_here();
    if (workers < 1) throw std::invalid_argument("a pool has at least one worker");
    const lock guard(mutex_);
    require_open_locked(false);
    size_ = workers;
    while (active() < size_) spawn();
    work_.notify_all();
}

void core::close() {
    if (!is_here()) return;
    const lock guard(mutex_);
    closed_ = true;
    work_.notify_all();
    room_.notify_all();
}

void core::join() {
    if (!is_here()) return;
    std::vector<std::thread> ended;
    {
        lock held(mutex_);
        if (!closed_)
            throw std::logic_error("join() of thread_pool '" + name_ +
                                   "' before close() or terminate() would wait for ever");
        if (is_worker()) ++joining_;
        holds_.joined();
        ended_.notify_all();
        work_.notify_all();
        ended_.wait(held, [this] { return live_ <= joining_; });
        ended.swap(ended_threads_);
    }
    for (auto& thread : ended) thread.join();
}

void core::terminate() {
    if (!is_here()) return;
    std::vector<task_pointer> refused, running;
    {
        const lock guard(mutex_);
        closed_ = terminated_ = true;
        refused = take_all();
        for (const auto& [id, worker] : workers_)
            running.insert(running.end(), worker->running.begin(), worker->running.end());
        work_.notify_all();
        room_.notify_all();
    }
    const auto why = make_cancelled("the pool was terminated");
    for (const auto& task : refused) task->refuse(why);
    for (const auto& task : running) task->ask_to_stop();
}

std::vector<worker_stats> core::stats() const {
    const lock guard(mutex_);
    std::vector<worker_stats> all;
    const auto now = clock::now();
    for (const auto& [id, worker] : workers_) {
        worker_stats one{id, owner_, worker->state, worker->tasks, worker->busy, worker->idle, worker->start_time,
                         0,  0};
        const auto passed = std::chrono::duration_cast<nanoseconds>(now - worker->since);
        if (one.state == worker_state::idle) one.idle += passed;
        if (one.state == worker_state::busy || one.state == worker_state::waiting) one.busy += passed;
        if (const auto known = restarts_.find(id); known != restarts_.end()) one.restarts = known->second;
        all.push_back(one);
    }
    return all;
}

}  // namespace

std::shared_ptr<thread_core> thread_core::make(pool_options options) {
    require_valid(options);
    auto made = std::make_shared<core>(std::move(options));
    made->start();
    return made;
}

std::optional<int> thread_worker_id() noexcept {
    return worker_here == nullptr ? std::nullopt : std::optional(worker_here->id);
}

}  // namespace brood::detail
