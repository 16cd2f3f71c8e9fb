// SPDX-License-Identifier: MIT
// The manager's process: its objects, and the threads that serve them.
//
// At most one idle thread looks for requests; while it does, no caller needs to wake anybody. When it has found one it
// says so, and from then on a request wakes one of the other idle threads, which sleep. There is always one while calls
// run, so that a call that waits for another cannot hold that one up; a limit only counts calls that run.
#pragma once

#include "manager/answer.hpp"
#include "manager/objects.hpp"

#include <brood/detail/ready_gate.hpp>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace brood::managing {

class server final : public detail::waiting_scope::watcher {
public:
    // `limit`: how many calls run at once; 0: no limit. `state` must stay alive.
    server(arena::offset state, std::size_t limit);
    // Serves until the manager is shut down and every call has ended; then all objects are destroyed.
    void run();

    // Around what a serving thread waits for.
    void begin_waiting() override;
    void end_waiting() noexcept override;

private:
    // ---- threads ----
    void serve();
    job_handle next(bool looking);
    bool try_looking() noexcept;
    job_handle look();
    void stop_looking() noexcept;
    bool sleep();
    void start_thread();
    void ensure_idle();
    bool is_surplus() const noexcept;

    // ---- requests ----
    bool has_work() const;
    job_handle take();
    job_handle find_target(job_handle call);
    arena::block_handle find_page(const request_head& head);

    // ---- running ----
    void work_on(job_handle call, bool& looking);
    void enter(job& call, answer& to);
    void create(job& call, answer& to, detail::managed_entry entry, input_archive& archive);
    void create_again(job& call, answer& to, detail::managed_entry entry, input_archive& archive);
    job_handle hand_on(std::vector<job_handle>& ready);

    manager_state& state_;
    const arena::offset state_block_;
    const detail::channel_core requests_;
    const std::size_t limit_;

    std::atomic<bool> looked_for_{false};  // some thread looks
    std::atomic<bool> ended_{false};       // nothing will come any more
    std::atomic<std::size_t> idle_{0}, nested_{0};

    std::mutex threads_lock_;
    std::condition_variable thread_ended_;
    std::atomic<std::size_t> threads_{0};

    std::mutex lock_;  // over what follows; requests are taken out under it, so that they reach objects in order
    std::deque<job_handle> ready_;
    std::atomic<std::size_t> ready_count_{0};
    job_handle spare_;
    std::unordered_map<std::uint64_t, std::shared_ptr<managed>> objects_;
    std::unordered_map<arena::offset, arena::block_handle> pages_;
};

}  // namespace brood::managing
