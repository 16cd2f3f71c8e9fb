// SPDX-License-Identifier: MIT
// How a child ended, and the end of this process itself.
#include "platform/windows/win32.hpp"

namespace brood::platform {

using namespace windows;

std::optional<exit_status> reap(child& process, deadline until) {
    for (;;) {
        switch (WaitForSingleObject(process.process.get(), milliseconds_until(until))) {
            case WAIT_OBJECT_0: break;
            case WAIT_TIMEOUT:
                if (passed(until)) return std::nullopt;
                continue;
            default: throw_last_error("WaitForSingleObject");
        }
        DWORD code = 0;
        if (!GetExitCodeProcess(process.process.get(), &code)) throw_last_error("GetExitCodeProcess");
        return exit_status::from_windows(code);
    }
}

// The system keeps a process as long as a handle of it is open.
std::optional<exit_status> peek_status(child& process) { return reap(process, std::chrono::steady_clock::now()); }

void exit_now(int code) noexcept {
    // ExitProcess would run the exit code of every library.
    TerminateProcess(GetCurrentProcess(), static_cast<UINT>(code));
    for (;;) Sleep(INFINITE);
}

void leave_terminal_group() noexcept { SetConsoleCtrlHandler(nullptr, TRUE); }
void join_terminal_group(process_id) noexcept { SetConsoleCtrlHandler(nullptr, FALSE); }

// Nothing to do: no process is a copy of another here.
void fence_exit_handlers(void (*)() noexcept) {}

}  // namespace brood::platform
