// SPDX-License-Identifier: MIT
// A result on its way from one process to any number of others.
#pragma once

#include <brood/detail/channel_core.hpp>
#include <brood/detail/shared_object.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace brood::detail {

// Empty until the process that made it fills it, once; then everybody reads it, as often as he likes. A handle, as all
// objects in shared memory. When the maker ends before it has filled the cell, nobody waits any longer. Thread-safe.
class BROOD_API result_cell {
public:
    result_cell() noexcept = default;
    // The maker keeps a handle until the cell is filled. Throws std::bad_alloc.
    static result_cell make();
    explicit operator bool() const noexcept { return static_cast<bool>(object_); }

    // By the maker. Throws std::bad_alloc and leaves it empty.
    void fill(const output_archive& archive) const;
    // Instead: reading throws std::bad_alloc.
    void give_up() const noexcept;

    // Until read() would give or throw at once; false when the time came first (null: never).
    bool wait_until(const std::chrono::steady_clock::time_point* time) const;
    // The bytes lie in the shared memory as long as `into` lives. Throws process_died when the maker ended too early.
    void read(taken_value& into) const;
    // Calls it once read() would not block, in a thread of its own.
    void when_settled(std::function<void()> what) const;

    void save(output_archive& archive) const { object_.save(archive); }
    static result_cell load(input_archive& archive);

private:
    shared_object object_;
};

// Stores what a thread of brood's own has made, handles perhaps, while no thread of this process forks: a forked copy
// that finds it has its handles, too.
BROOD_API void publish_between_forks(std::atomic<const void*>& where, const void* value) noexcept;

// The id of this process, also in a forked copy.
BROOD_API process_id this_process_id() noexcept;

// A result of this process that others, forked ones too, may come to wait for.
class BROOD_API crossing_result {
public:
    // Makes the cell that others wait at, unless there is one.
    virtual void prepare_to_cross() = 0;

protected:
    ~crossing_result() = default;
};
// Until `what` is destroyed, it is prepared before each fork.
BROOD_API void prepare_before_fork(const std::shared_ptr<crossing_result>& what);

}  // namespace brood::detail
