// SPDX-License-Identifier: MIT
// A result for several who want it.
#pragma once

#include <brood/detail/load_value.hpp>
#include <brood/detail/ready_gate.hpp>
#include <brood/detail/result_cell.hpp>
#include <brood/error.hpp>
#include <brood/future.hpp>
#include <brood/outcome.hpp>
#include <brood/serialization.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace brood {

namespace detail {

// A result for several who want it: of this process, which fetches it as soon as it is there, in the thread that makes
// it ready; or of another one, which puts it into a cell.
template <class R>
class shared_state final : public future_core,
                           public crossing_result,
                           public std::enable_shared_from_this<shared_state<R>> {
public:
    shared_state() = default;
    ~shared_state() {
        if (kept() != nullptr) std::destroy_at(kept());
    }

    static std::shared_ptr<shared_state> make(std::shared_ptr<future_state<R>> from) {
        auto made = std::make_shared<shared_state>();
        made->sources_.set({from});
        if constexpr (crosses) prepare_before_fork(made);
        from->on_ready([made, from] { made->set(take_outcome(*from)); });
        return made;
    }
    static std::shared_ptr<shared_state> of_another(result_cell cell) {
        auto made = std::make_shared<shared_state>();
        made->home_ = 0;
        made->cell_ = std::move(cell);
        return made;
    }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        if (kept() != nullptr) return true;
        if (is_home()) return gate_.wait_until(time, *this);
        const waiting_scope told;
        if (!require_cell().wait_until(time)) return false;
        fetch();
        return true;
    }
    void on_ready(std::function<void()> what, const void* key = nullptr) override {
        if (kept() != nullptr) return what();
        if (is_home()) return gate_.on_ready(std::move(what), key);
        const result_cell& cell = require_cell();
        gate_of_fetch_.on_ready(std::move(what), key);
        if (!watched_.exchange(true)) cell.when_settled([self = this->shared_from_this()] { self->fetch(); });
    }
    void forget(const void* key) noexcept override { (is_home() ? gate_ : gate_of_fetch_).forget(key); }
    bool cancel() override {
        if (is_home()) sources_.cancel();
        const auto* const result = kept();
        return result != nullptr && is_cancelled(result->error());
    }
    void request_stop() override {
        if (is_home()) sources_.request_stop();
    }
    bool help() override { return sources_.help(); }
    bool has_failed() override { return kept() != nullptr && !kept()->has_value(); }

    // Once it is ready.
    const outcome<R>& result() const noexcept { return *kept(); }

    // ---- to other processes ----
    void prepare_to_cross() override {
        if constexpr (crosses) {
            if (kept() == nullptr) static_cast<void>(cell());
        }
    }
    // The one that others wait at.
    result_cell cell() {
        {
            const std::lock_guard guard(mutex_);
            if (cell_) return cell_;
            if (!is_home() && kept() == nullptr) fail_without_cell();
            cell_ = result_cell::make();
        }
        if (kept() != nullptr)
            fill();
        else
            gate_.on_ready([self = this->shared_from_this()] { self->fill(); }, nullptr);
        return cell_;
    }

private:
    static constexpr bool crosses = [] {
        if constexpr (std::is_void_v<R>)
            return true;
        else
            return can_cross<R>;
    }();
    bool is_home() const noexcept { return home_ == this_process_id(); }
    const result_cell& require_cell() const {
        if (!cell_) fail_without_cell();
        return cell_;
    }
    [[noreturn]] static void fail_without_cell() {
        throw std::logic_error("a forked copy of the process cannot wait for this shared_future");
    }

    void set(outcome<R> result) {
        keep(std::move(result));
        sources_.set({});
        gate_.open();
    }
    const outcome<R>* kept() const noexcept { return static_cast<const outcome<R>*>(result_.load()); }
    // Once. A forked copy finds all of it or nothing; then it fetches its own, beside what it may have half a copy of.
    void keep(outcome<R> result) {
        storage& place = is_home() ? at_home_ : elsewhere_;
        publish_between_forks(result_, new (&place) outcome<R>(std::move(result)));
    }

    void fill() noexcept {
        try {
            write(result());
        } catch (const serialization_error&) {
            fill_with_failure(std::current_exception());
        } catch (...) {
            cell_.give_up();
        }
    }
    void fill_with_failure(const std::exception_ptr& why) noexcept {
        try {
            write(outcome<R>(why));
        } catch (...) {
            cell_.give_up();
        }
    }
    void write(const outcome<R>& result) const {
        output_archive archive({.handles = false});
        save_value(archive, result);
        cell_.fill(archive);
    }

    // Of another process, once the cell is settled; what cannot be read is its failure.
    void fetch() {
        if (!gate_of_fetch_.claim()) {
            gate_of_fetch_.wait_until(nullptr, *this);
            return;
        }
        keep(read());
        gate_of_fetch_.open();
    }
    outcome<R> read() const {
        try {
            taken_value taken;
            cell_.read(taken);
            input_archive archive(taken.bytes(), &taken);
            return load_value<outcome<R>>(archive);
        } catch (...) {
            return std::current_exception();
        }
    }

    static bool is_cancelled(const std::exception_ptr& error) {
        if (!error) return false;
        try {
            std::rethrow_exception(error);
        } catch (const cancelled&) {
            return true;
        } catch (...) {
            return false;
        }
    }

    state_sources sources_;
    ready_gate gate_, gate_of_fetch_;  // at home, and elsewhere: a forked copy may have the first one locked for ever
    struct alignas(outcome<R>) storage {
        std::byte bytes[sizeof(outcome<R>)];
    };
    storage at_home_, elsewhere_;
    std::atomic<const void*> result_{nullptr};
    std::atomic<bool> watched_{false};
    process_id home_ = this_process_id();  // 0: another process
    std::mutex mutex_;
    result_cell cell_;
};

}  // namespace detail

// A copyable future: every copy gives the same value, also a copy that was sent to another process, by whatever way, or
// that a forked child has. Made by future::share(). Like std::shared_future, one copy is for one thread at a time. The
// value is fetched when it is there, whether or not somebody asks, and ends with the last copy.
//
// To other processes the result goes once, through the session's memory, when it is there: they all read it from there,
// each when it asks first. It must be of a type that can cross. There cancel() and request_stop() reach nothing. When
// the process where share() was called ends before the result is there, get() throws process_died everywhere else; when
// the result cannot be written, serialization_error. A child that the program forks by itself, not through brood, can
// only read a result that was there before: else waiting throws std::logic_error.
template <class R>
class shared_future {
public:
    using value_type = R;

    shared_future() noexcept = default;
    shared_future(future<R>&& from)
        : state_(from.valid() ? detail::shared_state<R>::make(detail::future_access<R>::release(from)) : nullptr) {}

    bool valid() const noexcept { return state_ != nullptr; }
    // Blocks until the result is there and gives a reference that lasts as long as a copy does; throws as future::get()
    // does, the same exception each time.
    std::add_lvalue_reference_t<const R> get() const {
        wait();
        return state_->result().value();
    }
    void wait() const { state().wait_until(nullptr); }
    template <class Rep, class Period>
    std::future_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    std::future_status wait_until(std::chrono::steady_clock::time_point time) const {
        return state().wait_until(&time) ? std::future_status::ready : std::future_status::timeout;
    }
    bool ready() const { return wait_until(std::chrono::steady_clock::time_point::min()) == std::future_status::ready; }
    // For all copies; in the process where it was shared.
    bool cancel() { return state().cancel(); }
    void request_stop() { state().request_stop(); }

    // For brood itself.
    void join_wait(detail::wait_set& set) const {
        static_cast<void>(state());
        detail::join_wait(state_, set);
    }
    void save(output_archive& archive) const {
        if constexpr (!std::is_void_v<R>) detail::require_serializable<R>();
        (state_ ? state_->cell() : detail::result_cell()).save(archive);
    }
    void load(input_archive& archive) {
        const auto cell = detail::result_cell::load(archive);
        state_ = cell ? detail::shared_state<R>::of_another(cell) : nullptr;
    }

private:
    friend struct detail::future_access<R>;
    detail::shared_state<R>& state() const {
        if (!state_) throw std::future_error(std::future_errc::no_state);
        return *state_;
    }
    std::shared_ptr<detail::shared_state<R>> state_;
};

template <class R>
shared_future<R> future<R>::share() {
    require_state();
    return shared_future<R>(std::move(*this));
}

}  // namespace brood
