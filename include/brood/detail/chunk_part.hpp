// SPDX-License-Identifier: MIT
// A chunk or batch on its way to a worker, and what the worker does with it.
#pragma once

#include <brood/detail/batch.hpp>
#include <brood/detail/chunk.hpp>
#include <brood/detail/chunk_bytes.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/event.hpp>
#include <brood/stop_token.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

// A part of a chunk or batch on its way: the function, whether it is to be told to stop, the elements.
template <class R, class F, class T>
class chunk_part final : public target {
public:
    // `grain`: of a batch, how many elements are told of together; 0: all, at the end.
    chunk_part(const F& function, const std::vector<T>& elements, std::size_t first, std::size_t count,
               std::size_t grain, const std::optional<event>& stop)
        : function_(function), elements_(elements), first_(first), count_(count), grain_(grain), stop_(stop) {}

    entry_function entry() const noexcept override { return &enter; }
    callee calls() const noexcept override {
        callee what = callee_of(function_);
        what.elements = count_;
        return what;
    }
    void save(output_archive& archive) const override {
        save_value(archive, function_);
        save_value(archive, stop_);
        archive.write_size(grain_);
        if constexpr (travels_as_bytes) {
            archive.write_block(count_, elements_.data() + first_, count_ * sizeof(T));
        } else {
            archive.write_size(count_);
            for (std::size_t i = first_; i < first_ + count_; ++i) save_value<T>(archive, elements_[i]);
        }
    }
    void run(target_session&) override {}

    static void enter(input_archive& archive, target_session& base) {
        auto& session = static_cast<task_session&>(base);
        const F function = load_value<F>(archive);
        const auto stop = load_value<std::optional<event>>(archive);
        const auto grain = static_cast<std::size_t>(archive.read_number<std::uint64_t>());
        std::exception_ptr unreadable;
        auto elements = load(archive, session, unreadable);
        session.arguments_read();
        if (grain != 0) return run_batch(function, elements, grain, unreadable, token_of(stop), session);
        auto result = run_chunk<R>(function, elements, 0, elements.size(), token_of(stop),
                                   [&](std::size_t i) { return session.begin_element(i); });
        if (unreadable && result.size() == elements.size()) result.append_failure(unreadable);
        session.elements = result.size();
        write(std::move(result), [&]() -> output_archive& { return begin_whole(session, session.elements); });
        session.send_result();
    }

private:
    static constexpr bool travels_as_bytes =
        is_plain<T> && std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool> && !has_bools<T>;

    static stop_token token_of(const std::optional<event>& stop) { return stop ? stop_token(*stop) : stop_token(); }

    // Up to the first that cannot be read.
    static std::vector<T> load(input_archive& archive, task_session& session, std::exception_ptr& unreadable) {
        std::vector<T> elements;
        if constexpr (travels_as_bytes) {
            const auto block = archive.begin_block(sizeof(T));
            elements = std::vector<T>(block.count);
            archive.read_block(block, elements.data(), block.count * sizeof(T));
        } else {
            const auto count = static_cast<std::size_t>(archive.read_number<std::uint64_t>());
            elements.reserve(std::min<std::size_t>(count, archive.left()));
            try {
                for (std::size_t i = 0; i < count && session.begin_element(i); ++i)
                    elements.push_back(load_value<T>(archive));
            } catch (...) {
                unreadable = std::current_exception();
            }
        }
        return elements;
    }

    static void run_batch(const F& function, std::vector<T>& elements, std::size_t grain,
                          const std::exception_ptr& unreadable, const stop_token& stop, task_session& session) {
        std::size_t done = 0;
        for (std::size_t now = 1; now > 0 && done < elements.size(); done += now)
            now = run_some(function, elements, done, std::min(elements.size(), done + grain), stop, session);
        if (unreadable && done == elements.size() && session.begin_element(done)) {
            tell_failure(unreadable, session);
            ++done;
        }
        session.elements = done;
        begin_whole(session, done);
        session.send_result();
    }
    // How many have run.
    static std::size_t run_some(const F& function, std::vector<T>& elements, std::size_t first, std::size_t end,
                                const stop_token& stop, task_session& session) {
        if constexpr (crosses_bare<R>)
            if (end == first + 1) return run_one(function, elements, first, stop, session);
        auto result =
            run_chunk<R>(function, elements, first, end, stop, [&](std::size_t i) { return session.begin_element(i); });
        const auto count = result.size();
        if (count > 0) tell(std::move(result), session);
        return count;
    }
    static std::size_t run_one(const F& function, std::vector<T>& elements, std::size_t index, const stop_token& stop,
                               task_session& session) {
        if (!session.begin_element(index)) return 0;
        const auto call = [&]() -> R { return call_with_element(function, stop, give_element(elements[index])); };
        std::exception_ptr failure;
        if constexpr (std::is_void_v<R>) {
            if ((failure = failure_of(call)) == nullptr) session.send_bare(nullptr, 0);
        } else {
            std::optional<R> value;
            if ((failure = failure_of([&] { value.emplace(call()); })) == nullptr)
                session.send_bare(&*value, sizeof *value);
        }
        if (failure) tell_failure(failure, session);
        return 1;
    }
    template <class Call>
    static std::exception_ptr failure_of(const Call& call) {
        try {
            call();
            return nullptr;
        } catch (...) {
            return std::current_exception();
        }
    }

    static void tell_failure(const std::exception_ptr& failure, task_session& session) {
        chunk_result<R> one;
        one.append_failure(failure);
        tell(std::move(one), session);
    }
    static void tell(chunk_result<R> result, task_session& session) {
        const auto count = result.size();
        write(std::move(result), [&]() -> output_archive& { return session.begin_some(count); });
        session.send_some();
    }
    // How many elements it is about comes first, readable without the rest.
    static output_archive& begin_whole(task_session& session, std::size_t count) {
        auto& archive = session.begin_result();
        archive.write_size(count);
        return archive;
    }
    template <class Begin>
    static void write(chunk_result<R>&& result, const Begin& begin) {
        try {
            chunk_bytes<R>::write(begin(), result);
        } catch (const serialization_error&) {
            set_unwritable_aside(result);
            chunk_bytes<R>::write(begin(), result);
        }
    }
    static void set_unwritable_aside([[maybe_unused]] chunk_result<R>& result) {
        if constexpr (!std::is_void_v<R>) {
            chunk_result<R> kept;
            kept.busy = result.busy;
            auto failure = result.failures.begin();
            auto value = result.values.begin();
            for (std::size_t i = 0, all = result.size(); i < all; ++i) {
                if (failure != result.failures.end() && failure->index == i) {
                    kept.append_failure(failure->error);
                    ++failure;
                    continue;
                }
                try {
                    output_archive trial({.handles = false});
                    save_value<R>(trial, *value);
                    kept.values.push_back(std::move(*value));
                } catch (...) {
                    kept.append_failure(std::current_exception());
                }
                ++value;
            }
            result = std::move(kept);
        }
    }

    const F& function_;
    const std::vector<T>& elements_;
    const std::size_t first_, count_, grain_;
    const std::optional<event>& stop_;
};

}  // namespace brood::detail
