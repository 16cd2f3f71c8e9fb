// SPDX-License-Identifier: MIT
#include "platform/posix/helper_threads.hpp"

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
void forget_helper_threads() noexcept { count = 0; }
}  // namespace posix

}  // namespace brood::platform
