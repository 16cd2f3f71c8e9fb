// SPDX-License-Identifier: MIT
// A thread of brood's own that waits for handles of the system while its user sleeps in the session's memory.
#pragma once

#include "platform/platform.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace brood::arena {

// One wait for handles, from construction to destruction. The threads are kept for later ones, as many as waited at
// the same time.
class handle_watch {
public:
    // Calls `ready`, which must not throw, on the thread when one of the handles is, or cannot be waited for.
    handle_watch(std::vector<platform::waitable> handles, std::function<void()> ready);
    // The handles are not used any more, and `ready` is not called any more.
    ~handle_watch();
    handle_watch(const handle_watch&) = delete;
    handle_watch& operator=(const handle_watch&) = delete;

private:
    class worker;
    class idle_workers;
    worker* worker_;
};

}  // namespace brood::arena
