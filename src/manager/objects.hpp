// SPDX-License-Identifier: MIT
// Objects in the manager's process, and in which order their calls run. A call that cannot run yet waits with its
// object and keeps no thread.
#pragma once

#include "manager/state.hpp"

#include <brood/detail/managed.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace brood::managing {

class managed;

// A request that was taken out of the queue.
struct job {
    detail::taken_value value;
    request_head head;
    std::shared_ptr<managed> object;
    arena::block_handle page;  // where the answer goes; null: nowhere
};
using job_handle = std::unique_ptr<job>;

// One object.
//
//   nobody -> one call that writes (and those that it waits for)  -> nobody
//          -> calls that read                                     -> nobody
//
// A call that waits longer goes first, but for those of a chain that the object is busy with already.
class managed {
public:
    managed(detail::made_object made, detail::call_mode mode) noexcept : made_(made), mode_(mode) {}
    ~managed() { made_.destroy(made_.owner); }
    managed(const managed&) = delete;
    managed& operator=(const managed&) = delete;
    void* object() const noexcept { return made_.object; }

    // The call if it may run now; else it is kept, and comes out of a later finish().
    job_handle admit(job_handle call);
    // It ran: adds those that may run now.
    void finish(const job& call, std::vector<job_handle>& ready);

private:
    enum class way : std::uint8_t { free, shared, alone };
    way way_of(const job& call) const noexcept;
    bool fits(const job& call) const noexcept;
    void enter(const job& call);

    const detail::made_object made_;
    const detail::call_mode mode_;
    std::mutex lock_;
    std::vector<std::uint64_t> readers_, writers_;  // the chains of calls that run; those of writers_ are all one
    std::deque<job_handle> waiting_;
};

}  // namespace brood::managing
