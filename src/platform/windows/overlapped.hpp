// SPDX-License-Identifier: MIT
// One read or write that goes on while its caller waits for it and for other things.
#pragma once

#include "platform/windows/win32.hpp"

namespace brood::platform::windows {

// Start it with read() or write(), once. The system may use the caller's buffer until finish() or cancel() returned;
// the destructor cancels what is still under way and waits until the system has let go of it.
class overlapped_io {
public:
    struct outcome {
        DWORD error = ERROR_SUCCESS;
        DWORD bytes = 0;
    };

    explicit overlapped_io(HANDLE file);
    overlapped_io(const overlapped_io&) = delete;
    overlapped_io& operator=(const overlapped_io&) = delete;
    ~overlapped_io();

    void read(void* into, DWORD size);
    void write(const void* from, DWORD size);
    // True until the outcome is there. event() is signalled when it is.
    bool pending() const noexcept { return pending_; }
    HANDLE event() const noexcept { return event_.get(); }
    // Waits for the end.
    outcome finish();
    // Stops it; the outcome is that of the whole when it was faster, else ERROR_OPERATION_ABORTED.
    outcome cancel();

private:
    void started(BOOL at_once);

    HANDLE file_;
    unique_handle event_;
    OVERLAPPED state_{};
    outcome outcome_;
    bool pending_ = false;
};

}  // namespace brood::platform::windows
