// SPDX-License-Identifier: MIT
// Workers of a pool that die while it works.
#pragma once

#include "program.hpp"

#include <brood/pool.hpp>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

namespace brood_test {

// Of workers that have begun: a pool whose workers die again and again before that gives up.
inline void kill_some_worker(brood::pool& pool) {
    auto workers = pool.stats();
    std::erase_if(workers, [](const auto& one) { return one.state == brood::worker_state::starting; });
    if (!workers.empty()) kill_process(workers[static_cast<std::size_t>(std::rand()) % workers.size()].pid);
}

// Now and then a worker dies, as long as this lives.
class random_deaths {
public:
    explicit random_deaths(brood::pool& pool, std::chrono::milliseconds every = std::chrono::milliseconds(3))
        : killer_([this, &pool, every] {
              while (!over_) {
                  std::this_thread::sleep_for(every);
                  kill_some_worker(pool);
              }
          }) {}
    random_deaths(const random_deaths&) = delete;
    random_deaths& operator=(const random_deaths&) = delete;
    ~random_deaths() {
        over_ = true;
        killer_.join();
    }

private:
    std::atomic<bool> over_{false};
    std::thread killer_;
};

}  // namespace brood_test
