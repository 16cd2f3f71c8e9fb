// SPDX-License-Identifier: MIT
// A function call in a new process, with its result.
#pragma once

#include <brood/detail/process_state.hpp>
#include <brood/detail/target.hpp>
#include <brood/future.hpp>
#include <brood/process_options.hpp>

#include <memory>
#include <utility>

namespace brood {

namespace detail {
BROOD_API std::shared_ptr<pending_result> start_async(process_options options, std::shared_ptr<target> target);
}

// Starts a new process that runs `function(arguments...)` and gives a future of its result. Targets, arguments and
// what start-up can throw are as for process::start(); the result crosses by value and must be serializable. What goes
// wrong once the process runs, arguments that cannot be read included, is in the future. The arguments are read where
// they are and not copied in this process.
template <class F, class... Args>
auto async(process_options options, F&& function, Args&&... arguments) {
    using result = typename detail::target_result<F, Args...>::type;
    using borrowed =
        decltype(detail::borrow_target<detail::send_back>(std::forward<F>(function), std::forward<Args>(arguments)...));
    std::unique_ptr<detail::target> target(new borrowed(
        detail::borrow_target<detail::send_back>(std::forward<F>(function), std::forward<Args>(arguments)...)));
    return future<result>(
        std::make_shared<detail::process_state<result>>(detail::start_async(std::move(options), std::move(target))));
}
template <class F, class... Args>
    requires(!std::is_same_v<std::remove_cvref_t<F>, process_options>)
auto async(F&& function, Args&&... arguments) {
    return async(process_options{}, std::forward<F>(function), std::forward<Args>(arguments)...);
}

}  // namespace brood
