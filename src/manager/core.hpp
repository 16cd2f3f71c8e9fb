// SPDX-License-Identifier: MIT
// A manager as the process sees it that made it: starts its process, again if it dies and is to be, and ends it.
#pragma once

#include "manager/gateway.hpp"
#include "manager/state.hpp"

#include <brood/manager.hpp>
#include <brood/process.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace brood::detail {

// Thread-safe. In a forked copy of its process it only may be destroyed.
class manager_core {
public:
    explicit manager_core(const manager_options& options);
    ~manager_core();
    manager_core(const manager_core&) = delete;
    manager_core& operator=(const manager_core&) = delete;

    const shared_object& state() const;
    void shut_down();
    process_id pid() const { return shared().pid.load(); }
    void keep_recipe(const shared_object& proxy, const entry_name& entry, call_mode mode,
                     std::function<void(output_archive&)> save);

    // ---- other programs ----
    brood::address serve(const brood::address& where, listener_options options);
    void publish_object(const std::string& name, const shared_object& object);
    void wait_for_shutdown();

private:
    struct recipe {
        arena::offset block;  // of the object; not kept alive by it
        std::uint64_t id;
        const entry_name* entry;
        call_mode mode;
        std::function<void(output_archive&)> save;
    };
    using clock = std::chrono::steady_clock;

    bool is_ours() const noexcept;
    managing::manager_state& shared() const { return state().as<managing::manager_state>(); }
    std::shared_ptr<process> start();
    void publish(std::uint32_t server);

    // ---- supervision ----
    void supervise();
    bool may_restart();
    void restart();
    void rebuild(std::uint32_t server);
    shared_object find_object(const recipe& one) const;
    void give_up();

    const process_id owner_;
    const manager_options options_;
    const std::string name_;
    const shared_object state_;
    std::mutex lock_;  // over what follows; held while a process is started
    std::shared_ptr<process> process_;
    bool ending_ = false;
    std::vector<recipe> recipes_;
    std::size_t prune_at_ = 64;
    std::deque<clock::time_point> restarts_;
    std::unique_ptr<std::thread> supervisor_;
    std::condition_variable ended_;
    std::shared_ptr<managing::published> published_ = std::make_shared<managing::published>();
    std::vector<std::shared_ptr<managing::gateway>> gateways_;
};

}  // namespace brood::detail
