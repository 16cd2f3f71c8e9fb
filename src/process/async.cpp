// SPDX-License-Identifier: MIT
// A result on its way from a child, and who died on the way.
#include "process/blocks.hpp"
#include "process/result_watcher.hpp"
#include "process/start.hpp"
#include "process/this_process.hpp"

#include "codec/exception.hpp"
#include "codec/stack.hpp"

#include <brood/async.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/detail/ready_gate.hpp>

#include <array>
#include <cstring>
#include <stdexcept>

namespace brood::detail {
namespace {

using platform::io_result;

struct crash {
    exit_status status;
    stack_trace stack;
};

// What the crash handler of the child wrote, if it did.
std::optional<stack_trace> read_crash(const message& received) {
    constexpr std::size_t head = sizeof(std::int32_t) + sizeof(std::uint32_t);
    if (received.kind != message_kind::crash || received.body.size < head) return std::nullopt;
    try {
        return decode_stack(received.body.text().substr(head));
    } catch (const std::exception&) {
        return stack_trace{};
    }
}

std::string describe_death(const running_child& child, const exit_status& status, const std::string& before_what) {
    return "process '" + child.name() + "' (pid " + std::to_string(child.pid()) + ") " + status.to_string() + " " +
           before_what;
}

// Reads what the dead child may have left in its channel, until a report of its crash or the end.
stack_trace last_words(wire& channel) {
    try {
        for (message received; channel.receive(received, std::chrono::steady_clock::now()) == io_result::ok;)
            if (auto stack = read_crash(received)) return *stack;
    } catch (const std::exception&) {
        // it died in the middle of a message
    }
    return {};
}

process_died make_death(running_child& child, const std::string& before_what, stack_trace stack) {
    child.wait({});
    const auto status = child.status().value_or(exit_status::unknown());
    return {describe_death(child, status, before_what), child.pid(), status, std::move(stack)};
}

// The first message decides: a result, an exception or a crash; none, when the child is gone. Waiting only looks
// whether something is there; it is read when the result is wanted.
class async_result final : public pending_result,
                           public watched_result,
                           public std::enable_shared_from_this<async_result> {
public:
    explicit async_result(started_child started)
        : child_(std::move(started.child)), channel_(std::move(started.channel)), failure_(started.early_failure) {
        decided_ = failure_ != nullptr;
    }
    ~async_result() override {
        if (!child_->is_ours()) {
            channel_.release().release();  // the fork closed it; the number may be another's by now
            return;
        }
        abandon();
    }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        require_ours();
        const auto until = time == nullptr ? platform::deadline{} : platform::deadline{*time};
        if (decided_.load()) return true;
        return !platform::wait_many(signs_of_result(), until).empty() || decided_.load();
    }
    void on_ready(std::function<void()> what, const void* key) override {
        require_ours();
        const auto now = std::chrono::steady_clock::time_point::min();
        if (wait_until(&now)) listeners_.open();
        listeners_.on_ready(std::move(what), key);
        const std::lock_guard guard(mutex_);
        if (listeners_.is_open() || std::exchange(watched_, true)) return;
        result_watcher::get().watch(shared_from_this(), signs_of_result());
    }
    void forget(const void* key) noexcept override { listeners_.forget(key); }
    bool cancel() override {
        require_ours();
        const auto now = std::chrono::steady_clock::time_point::min();
        const std::lock_guard guard(mutex_);
        if (cancelled_) return true;
        if (wait_until(&now)) return false;
        child_->request(platform::request::kill);
        cancelled_ = true;
        failure_ = make_cancelled("the future was cancelled, and its process ended");
        decided_ = true;
        return true;
    }
    bool has_failed() override {
        const std::lock_guard guard(mutex_);
        if (!decided_.load()) decide();
        return failure_ != nullptr;
    }
    void came() noexcept override { listeners_.open(); }

    input_archive& open() override {
        const std::lock_guard guard(mutex_);
        if (!decided_.load()) decide();
        if (failure_) std::rethrow_exception(failure_);
        blocks_.emplace(channel_, child_->child(), received_.blocks);
        handles_.emplace(std::move(received_.handles));
        return archive_.emplace(received_.body.bytes(), &*blocks_, &*handles_);
    }

    void reading_failed() override {
        const std::lock_guard guard(mutex_);
        if (blocks_ && blocks_->lost())
            throw make_death(*child_, "before its result was fetched", last_words(channel_));
    }

    void close() noexcept override {
        end();
        listeners_.open();  // it is not watched any more
    }

    // What nobody asked for yet is lost.
    void end() noexcept {
        const std::lock_guard guard(mutex_);
        if (std::exchange(watched_, false)) result_watcher::get().forget(this);
        try {
            if (!decided_)
                failure_ = make_cancelled("the future was dropped before its result was fetched");
            else if (!failure_)
                channel_.send(message_kind::received);
        } catch (const std::exception&) {
            // closing the channel says the same
        }
        decided_ = true;
        channel_.close();
    }

    void dropped() noexcept override { abandon(); }
    void abandon() noexcept override {
        if (!child_->is_ours()) return;
        close();  // a child that still has a result to give need not wait
        try {
            child_->wait({});
        } catch (const std::exception&) {
            // its lifeline ends it with this process
        }
    }

    std::shared_ptr<running_child> child() const override { return child_; }

private:
    void require_ours() const {
        if (!child_->is_ours())
            throw std::logic_error("cannot wait for this future: only the process that made it can");
    }
    signs signs_of_result() const {
        return {platform::waitable{platform::waitable::kind::channel, channel_.channel()},
                platform::waitable{platform::waitable::kind::process, child_->process_handle()}};
    }
    void decide() {
        try {
            const auto result = channel_.receive(received_);
            if (result != io_result::ok)
                failure_ = died({});
            else if (auto stack = read_crash(received_))
                failure_ = died(std::move(*stack));
            else if (received_.kind == message_kind::exception)
                failure_ = decode_exception(received_.body.text());
            else if (received_.kind != message_kind::result)
                failure_ = died({});
        } catch (const std::exception&) {
            failure_ = std::current_exception();
        }
        decided_ = true;
    }

    std::exception_ptr died(stack_trace stack) {
        channel_.close();
        return std::make_exception_ptr(make_death(*child_, "before it gave a result", std::move(stack)));
    }

    const std::shared_ptr<running_child> child_;
    std::mutex mutex_;
    wire channel_;
    std::atomic<bool> decided_{false};
    bool cancelled_ = false, watched_ = false;
    ready_gate listeners_;
    std::exception_ptr failure_;
    message received_;
    std::optional<fetched_blocks> blocks_;
    std::optional<received_handles> handles_;
    std::optional<input_archive> archive_;
};

}  // namespace

void throw_died(running_child& child, wire& channel, const message* last) {
    auto stack = last == nullptr ? std::nullopt : read_crash(*last);
    const auto death = make_death(child, "before its target ran", stack ? std::move(*stack) : last_words(channel));
    try {
        throw death;
    } catch (...) {
        std::throw_with_nested(bootstrap_error(death.what()));
    }
}

std::shared_ptr<pending_result> start_async(process_options options, std::shared_ptr<target> target) {
    const auto identity = this_process::get().next_identity();
    const std::string name = options.name.empty() ? "process-" + identity : options.name;
    const start_order order{options, name, identity, options.daemon, std::move(target), true, false};
    auto result = std::make_shared<async_result>(start_child(order));
    // At exit a child with a result that nobody fetched must not wait for ever.
    result->child()->on_exit([weak = std::weak_ptr<async_result>(result)] {
        if (const auto alive = weak.lock()) alive->end();
    });
    return result;
}

}  // namespace brood::detail
