// SPDX-License-Identifier: MIT
// Tells those who asked when results of processes have come, so that nobody has to wait for them.
#pragma once

#include "platform/platform.hpp"

#include <array>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace brood::detail {

class watched_result {
public:
    // Any of them is ready when the result is there.
    using signs = std::array<platform::waitable, 2>;
    // In the watcher's thread, once. The result is not watched any more.
    virtual void came() noexcept = 0;

protected:
    ~watched_result() = default;
};

// Thread-safe. One thread for all, made at first use.
class result_watcher {
public:
    // That of this process; a forked copy gets one of its own.
    static result_watcher& get();
    // The signs must stay open until came() or forget().
    void watch(const std::shared_ptr<watched_result>& result, const watched_result::signs& signs);
    // Returns when the signs are not looked at any more.
    void forget(const watched_result* result) noexcept;

private:
    struct entry {
        const watched_result* key;
        std::weak_ptr<watched_result> result;
        watched_result::signs signs;
    };

    explicit result_watcher(process_id owner) : owner_(owner) {}
    void start();
    void run();
    std::vector<const watched_result*> look();
    std::vector<std::shared_ptr<watched_result>> take(const std::vector<const watched_result*>& ready);

    const process_id owner_;
    std::mutex mutex_;
    std::condition_variable looked_;
    std::vector<entry> list_;
    platform::channel_pair bell_;
    bool running_ = false;
    bool looking_ = false;
    std::uint64_t round_ = 0;
};

}  // namespace brood::detail
