// SPDX-License-Identifier: MIT
// Linux: exit handlers run last in, first out, so a handler put in right after fork runs after those of the child and
// before those that the parent had registered; it ends the process there. on_exit(3) tells it the exit code.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"
#include "platform/posix/flush.hpp"

#include <atomic>
#include <cstdlib>
#include <unistd.h>

namespace brood::platform {
namespace {

std::atomic<void (*)() noexcept> before_exit{nullptr};

BROOD_CHILD_PATH void stop_here(int code, void*) {
    if (auto finish = before_exit.load()) finish();
    posix::flush_output();
    std::_Exit(code);
}

}  // namespace

BROOD_CHILD_PATH void fence_exit_handlers(void (*finish)() noexcept) {
    if (before_exit.load() != finish) before_exit = finish;  // a child copies each page that it writes to
    if (::on_exit(&stop_here, nullptr) != 0) posix::throw_error(ENOMEM, "on_exit");
}

}  // namespace brood::platform
