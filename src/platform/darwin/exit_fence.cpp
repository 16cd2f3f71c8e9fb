// SPDX-License-Identifier: MIT
// macOS: exit handlers are not told the exit code, so a handler that ended the process early could not keep it. The
// handlers that the parent had registered run in a forked child, too.
#include "platform/posix/fd.hpp"

#include <cstdlib>

namespace brood::platform {
namespace {

void (*before_exit)() noexcept = nullptr;

void run_finish() {
    if (before_exit != nullptr) before_exit();
}

}  // namespace

void fence_exit_handlers(void (*finish)() noexcept) {
    before_exit = finish;
    if (finish != nullptr && std::atexit(&run_finish) != 0) posix::throw_error(ENOMEM, "atexit");
}

}  // namespace brood::platform
