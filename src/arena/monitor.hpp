// SPDX-License-Identifier: MIT
// A thread of brood's own that waits for the ends of processes. It begins with the first one to watch.
#pragma once

#include "platform/platform.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace brood::arena {

class monitor {
public:
    // That of this process; a forked copy gets one of its own.
    static monitor& get();
    // Calls `ready` on the thread, once, when the handle is ready. It must not throw.
    void watch(platform::unique_handle process, std::function<void()> ready);

private:
    struct watched {
        platform::unique_handle handle;
        std::function<void()> ready;
    };

    explicit monitor(process_id owner) : owner_(owner) {}
    void start();
    void run();
    std::vector<watched> take_ready();

    const process_id owner_;
    std::mutex mutex_;
    std::vector<watched> list_;
    platform::channel_pair bell_;
    bool running_ = false;
};

}  // namespace brood::arena
