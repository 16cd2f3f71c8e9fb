// SPDX-License-Identifier: MIT
#include "platform/posix/helper_threads.hpp"
#include "base/child_path.hpp"

#include "platform/platform.hpp"

#include <atomic>

namespace brood::platform {
namespace {
std::atomic<std::size_t> count{0};
}

helper_thread::helper_thread() noexcept { ++count; }
helper_thread::~helper_thread() { --count; }

namespace posix {
std::size_t helper_threads() noexcept { return count.load(); }
BROOD_CHILD_PATH void forget_helper_threads() noexcept {
    if (count.load() != 0) count = 0;  // a child copies each page that it writes to
}
}  // namespace posix

}  // namespace brood::platform
