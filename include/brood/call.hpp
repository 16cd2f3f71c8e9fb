// SPDX-License-Identifier: MIT
// A function with its arguments, as a value that can run in another process.
#pragma once

#include <brood/detail/target.hpp>

#include <memory>
#include <utility>

namespace brood {

// Made by call(); copies refer to the same target. For what brood runs elsewhere, such as set_forkserver_preload(); it
// is no argument or result itself.
class bound_call {
public:
    bound_call() noexcept = default;
    explicit bound_call(std::shared_ptr<detail::target> target) noexcept : target_(std::move(target)) {}
    explicit operator bool() const noexcept { return target_ != nullptr; }
    const std::shared_ptr<detail::target>& target() const noexcept { return target_; }

private:
    std::shared_ptr<detail::target> target_;
};

// Binds a function, captureless lambda, serializable callable or member function to arguments; what cannot cross is
// refused at compile time. The arguments are copied or moved into the result.
template <class F, class... Args>
bound_call call(F&& function, Args&&... arguments) {
    return bound_call(
        detail::make_target<detail::drop_result>(std::forward<F>(function), std::forward<Args>(arguments)...));
}

}  // namespace brood
