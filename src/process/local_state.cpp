// SPDX-License-Identifier: MIT
#include <brood/detail/local_state.hpp>

namespace brood::detail {

void state_sources::set(std::vector<std::shared_ptr<future_core>> sources) {
    const std::lock_guard guard(mutex_);
    sources_.swap(sources);
}

std::vector<std::shared_ptr<future_core>> state_sources::copy() {
    const std::lock_guard guard(mutex_);
    return sources_;
}

void state_sources::cancel() {
    for (const auto& source : copy()) source->cancel();
}

void state_sources::request_stop() {
    for (const auto& source : copy()) source->request_stop();
}

bool state_sources::help() {
    for (const auto& source : copy())
        if (source->help()) return true;
    return false;
}

std::exception_ptr make_cancelled(const char* what) { return std::make_exception_ptr(cancelled(what)); }

}  // namespace brood::detail
