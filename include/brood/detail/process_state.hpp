// SPDX-License-Identifier: MIT
// A future's result that is on its way from a process of its own.
#pragma once

#include <brood/detail/future_state.hpp>
#include <brood/detail/load_value.hpp>
#include <brood/detail/target.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace brood::detail {

class running_child;

// A result on its way from a child. One reader; the rest may be called from several threads.
class BROOD_API pending_result : public future_core {
public:
    // After wait: the archive that holds the value; throws what the target threw, process_died or cancelled.
    virtual input_archive& open() = 0;
    // Within a catch clause, when reading the value failed: throws process_died if that is why.
    virtual void reading_failed() = 0;
    // The value was read, or will not be.
    virtual void close() noexcept = 0;
    // Nobody holds a future of it any more: close(), and blocks until a process of its own has ended.
    virtual void abandon() noexcept { close(); }
    virtual std::shared_ptr<running_child> child() const = 0;
};

template <class R>
class process_state final : public future_state<R> {
public:
    explicit process_state(std::shared_ptr<pending_result> pending) noexcept : pending_(std::move(pending)) {}
    process_state(const process_state&) = delete;
    process_state& operator=(const process_state&) = delete;
    // Whoever watches it may hold the pending result longer.
    ~process_state() override { pending_->abandon(); }
    void dropped() noexcept override { pending_->dropped(); }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override { return pending_->wait_until(time); }
    void on_ready(std::function<void()> what, const void* key = nullptr) override {
        pending_->on_ready(std::move(what), key);
    }
    void forget(const void* key) noexcept override { pending_->forget(key); }
    bool cancel() override { return pending_->cancel(); }
    bool has_failed() override { return pending_->has_failed(); }

    R take() override {
        const closer close{*pending_};
        input_archive& archive = pending_->open();
        if constexpr (!std::is_void_v<R>) {
            try {
                return load_value<R>(archive);
            } catch (const serialization_error&) {
                pending_->reading_failed();
                throw;
            }
        } else {
            static_cast<void>(archive);
        }
    }

private:
    struct closer {
        pending_result& pending;
        ~closer() { pending.close(); }
    };
    const std::shared_ptr<pending_result> pending_;
};

}  // namespace brood::detail
