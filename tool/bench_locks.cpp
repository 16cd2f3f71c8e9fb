// SPDX-License-Identifier: MIT
// A mutex between processes, beside one between threads when nobody else wants it, and beside a bare futex when two
// processes want it all the time.
#include "bench_groups.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace tool {
namespace {

constexpr std::size_t rounds = 20'000;

// The C library leaves out what only several threads need while there is one. (No std::binary_semaphore: without a
// futex, as on Windows, that of libstdc++ 12 loses wake-ups, see GCC's bug 104928.)
class second_thread {
public:
    second_thread() : thread_([end = end_.get_future()] { end.wait(); }) {}
    second_thread(const second_thread&) = delete;
    second_thread& operator=(const second_thread&) = delete;
    ~second_thread() {
        end_.set_value();
        thread_.join();
    }

private:
    std::promise<void> end_;
    std::thread thread_;
};

template <class Mutex>
double uncontended(Mutex& mutex) {
    const double seconds = seconds_of([&] {
        for (std::size_t i = 0; i < rounds; ++i) {
            mutex.lock();
            mutex.unlock();
        }
    });
    return seconds / rounds;
}

double create() {
    constexpr std::size_t count = 1000;
    return seconds_of([] {
               for (std::size_t i = 0; i < count; ++i) brood::mutex();
           }) /
           count;
}

// ---- two processes

using cells = brood::shared_array<std::uint64_t>;
enum cell : std::size_t { bare_word, taken, taken_by_other, stop, count_of_cells };

struct bare_mutex {
    std::uint32_t& word;
    void lock() { brood::native::futex_lock(word); }
    void unlock() { brood::native::futex_unlock(word); }
};
bare_mutex bare_in(const cells& all) { return {reinterpret_cast<std::uint32_t&>(all[bare_word])}; }

std::atomic_ref<std::uint64_t> shared(const cells& all, cell which) { return std::atomic_ref(all[which]); }

template <class Mutex>
void take(Mutex& mutex, const cells& all) {
    const std::scoped_lock lock(mutex);
    ++all[taken];
}

// What the other process does until it is told to stop.
template <class Mutex>
void compete(Mutex& mutex, const cells& all) {
    while (shared(all, stop) == 0) {
        take(mutex, all);
        ++shared(all, taken_by_other);
    }
}
void compete_for_mutex(brood::mutex mutex, cells all) { compete(mutex, all); }
void compete_for_futex(cells all) {
    auto mutex = bare_in(all);
    compete(mutex, all);
}

// Seconds for each time that one of the two got the mutex.
template <class Mutex>
double share_with(brood::future<void> other, Mutex& mutex, const cells& all) {
    while (shared(all, taken_by_other) == 0) std::this_thread::yield();
    const std::uint64_t before = shared(all, taken);
    const double seconds = seconds_of([&] {
        // Long enough that both run, whatever the system does with them.
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
        while (std::chrono::steady_clock::now() < until)
            for (int i = 0; i < 100; ++i) take(mutex, all);
    });
    const std::uint64_t after = shared(all, taken);
    shared(all, stop) = 1;
    other.get();
    if (all[taken] <= all[taken_by_other]) throw std::logic_error("two processes had one mutex");
    return seconds / static_cast<double>(after - before);
}

double hand_over() {
    const cells all(count_of_cells);
    brood::mutex mutex;
    return share_with(brood::async(compete_for_mutex, mutex, all), mutex, all);
}

double hand_over_bare() {
    const cells all(count_of_cells);
    auto mutex = bare_in(all);
    take(mutex, all);  // throws where there is none
    return share_with(brood::async(compete_for_futex, all), mutex, all);
}

}  // namespace

void measure_locks(session& now) {
    const auto ours = std::make_shared<brood::mutex>();
    const auto standard = std::make_shared<std::mutex>();
    const second_thread running;
    race(now,
         {{"limit.std_mutex", "", "s", [=] { return uncontended(*standard); }, {}},
          {"mutex.uncontended", "", "s", [=] { return uncontended(*ours); },
           relation{relation::kind::ratio, "limit.std_mutex", 0, 1.2}},
          {"mutex.create", "", "s", create, relation{relation::kind::itself, "", 0, 2e-6}}},
         now.runs);
    race(now,
         {{"limit.futex_mutex", "", "s", hand_over_bare, {}},
          {"mutex.hand_over", "", "s", hand_over, relation{relation::kind::ratio, "limit.futex_mutex", 0, 1.2}}},
         now.few_runs());
}

}  // namespace tool
