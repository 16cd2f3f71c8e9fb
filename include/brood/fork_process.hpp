// SPDX-License-Identifier: MIT
// A process by fork alone: any callable, nothing serialized. Its name says that it is not portable.
#pragma once

#include <brood/process.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace brood {

#if BROOD_HAS_FORK

namespace detail {

// Runs a callable that was never meant to cross: the child has it by memory.
template <class F>
class forked_target final : public target {
public:
    template <class G>
    explicit forked_target(std::in_place_t, G&& function) : function_(std::in_place, std::forward<G>(function)) {}
    entry_function entry() const noexcept override { return nullptr; }
    void save(output_archive&) const override {}
    void run(target_session&) override {
        const releaser<F> at_end{function_};
        static_cast<void>((*function_)());
    }

private:
    std::optional<F> function_;
};

template <class F, class... Args>
auto bind_for_fork(F&& function, Args&&... arguments) {
    return [function = std::decay_t<F>(std::forward<F>(function)),
            arguments = std::tuple<std::decay_t<Args>...>(std::forward<Args>(arguments)...)]() mutable {
        return std::apply([&](auto&... each) { return std::invoke(std::move(function), std::move(each)...); },
                          arguments);
    };
}

}  // namespace detail

// Runs any callable, lambdas with captures by reference included, in a forked copy of this process: it sees this
// process's memory as it is at start(), its open files, and none of its other threads. The interface is that of
// process. POSIX only; refused while other threads run unless the options say allow_threads.
class fork_process : public process_handle {
public:
    template <class F, class... Args>
        requires(!std::is_same_v<std::remove_cvref_t<F>, fork_process> &&
                 !std::is_same_v<std::remove_cvref_t<F>, process_options>)
    explicit fork_process(F&& target, Args&&... arguments)
        : fork_process(process_options{}, std::forward<F>(target), std::forward<Args>(arguments)...) {}

    template <class F, class... Args>
    fork_process(process_options options, F&& target, Args&&... arguments)
        : process_handle(detail::make_process_core(
              std::move(options),
              make(detail::bind_for_fork(std::forward<F>(target), std::forward<Args>(arguments)...)), true)) {}

private:
    template <class G>
    static std::shared_ptr<detail::target> make(G&& bound) {
        return std::make_shared<detail::forked_target<std::decay_t<G>>>(std::in_place, std::forward<G>(bound));
    }
};

#else

class fork_process {
public:
    template <class F, class... Args>
    explicit fork_process(F&&, Args&&...) {
        static_assert(!std::is_same_v<F, F>,
                      "brood: this system cannot fork. Use brood::process with a function and its arguments.");
    }
};

#endif

}  // namespace brood
