// SPDX-License-Identifier: MIT
// What can be chosen for a pool, for one of its tasks, and for a whole map.
#pragma once

#include <brood/call.hpp>
#include <brood/export.hpp>
#include <brood/start_method.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

// Who is told how far a map has come: nobody, a bar on standard error (`true`), or a function, which gets how many
// elements are done and how many there are, if that is known. The function runs in the thread that waits for the map;
// for map_async in whatever thread ends a chunk. When it throws, the map ends with its exception. The bar is drawn on a
// terminal; elsewhere a line tells of each tenth part.
class progress_option {
public:
    using function = std::function<void(std::uint64_t done, std::optional<std::uint64_t> total)>;

    progress_option() noexcept = default;
    template <std::same_as<bool> B>
    progress_option(B bar) noexcept : bar_(bar) {}
    template <class F>
        requires(std::is_invocable_v<F&, std::uint64_t, std::optional<std::uint64_t>> &&
                 !std::same_as<std::remove_cvref_t<F>, progress_option>)
    progress_option(F callback) : call_(std::move(callback)) {}

    bool bar() const noexcept { return bar_; }
    const function& call() const noexcept { return call_; }
    explicit operator bool() const noexcept { return bar_ || call_; }

private:
    bool bar_ = false;
    function call_;
};

// Options of one pool; everything left out keeps its default. Those marked (processes) mean nothing to a thread_pool.
struct pool_options {
    std::optional<int> workers = {};                       // else one for each usable processor; at least 1
    std::optional<brood::start_method> start_method = {};  // else get_start_method() (processes)
    bound_call initializer = {};                           // runs once in each worker before its first task
    bound_call finalizer = {};                             // runs once in each worker that ends by itself
    // After so many tasks (elements of a map, too) a worker is replaced; at least 1.
    std::optional<std::int64_t> max_tasks_per_worker = {};
    // Bytes; a worker that grew by more since its first task is replaced (processes).
    std::optional<std::uint64_t> memory_growth_limit = {};
    // A worker without work for so long ends; the next task starts one.
    std::optional<std::chrono::nanoseconds> idle_timeout = {};
    std::vector<unsigned> cpus = {};   // logical processors for the workers; empty: all of this process's (processes)
    std::optional<int> niceness = {};  // -20 to 19; Windows: the nearest priority class (processes)
    // A task that runs longer ends with timeout_error and its worker is replaced (processes).
    std::optional<std::chrono::nanoseconds> task_timeout = {};
    int retries = 0;  // how often a task is run again whose worker died (processes)
    // So many tasks may wait for a worker; a submit() beyond that waits. At least 1; else there is no limit.
    std::optional<std::int64_t> queue_limit = {};
    std::string name = {};  // of the pool, in errors and in the names of its workers; empty: pool-1, pool-2, ...
    progress_option progress = {};  // of each map that does not say otherwise
    // A file for a timeline by `brood trace`, Perfetto or Chrome, one line per process; empty: what the environment
    // variable BROOD_TRACE names, if it is set. One that cannot be opened throws std::system_error (processes).
    std::filesystem::path trace = {};
};

// Options of one task.
struct task_options {
    int priority = 0;                                      // the higher one runs first
    std::optional<std::chrono::nanoseconds> timeout = {};  // else pool_options::task_timeout (processes)
    std::optional<int> retries = {};                       // else pool_options::retries (processes)
};

// Options of one map, starmap or imap.
struct map_options {
    std::int64_t chunk_size = 0;                   // elements that come back together; 0: found by measuring
    std::optional<progress_option> progress = {};  // else pool_options::progress
    bool ordered = true;     // results in the order of the elements, else as they come (not for map_outcomes)
    task_options task = {};  // for each element
};

namespace detail {

// Throw std::invalid_argument in plain words.
BROOD_API void require_valid(const pool_options& options);
BROOD_API void require_valid(const task_options& options);
BROOD_API void require_valid(const map_options& options);

}  // namespace detail
}  // namespace brood
