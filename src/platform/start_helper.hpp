// SPDX-License-Identifier: MIT
// Threads of brood's own.
#pragma once

#include "platform/platform.hpp"

#include <future>
#include <thread>
#include <utility>

namespace brood::platform {

// Runs `body` in a thread that nobody joins. It counts as brood's own before anybody counts threads. Throws
// std::system_error when the system has no more.
template <class Body>
void start_helper(Body body) {
    std::promise<void> counted;
    std::thread([&counted, body = std::move(body)] {
        const helper_thread mark;
        counted.set_value();
        body();
    }).detach();
    counted.get_future().wait();
}

}  // namespace brood::platform
