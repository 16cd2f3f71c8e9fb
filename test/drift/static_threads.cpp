// SPDX-License-Identifier: MIT
// A pool of threads in a static: a fork is refused while they run, a spawned child starts its own.
#include <brood/brood.hpp>

#include <condition_variable>
#include <iostream>
#include <mutex>
#include <thread>
#include <vector>

class thread_pool {
public:
    void start(int count) {
        for (int i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
    }
    ~thread_pool() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        changed_.notify_all();
        for (std::thread& one : threads_) one.join();
    }
    std::size_t size() const { return threads_.size(); }

private:
    void run() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return stopping_; });
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

thread_pool pool;

void work() { std::cout << "child: " << pool.size() << " threads" << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    pool.start(2);
    try {
        brood::process p(work);
        p.start();
        p.join();
    } catch (const brood::start_error& error) {
        std::cout << error.what() << std::endl;
        return 1;
    }
}
