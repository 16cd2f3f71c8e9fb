// SPDX-License-Identifier: MIT
// What one new process inherits.
#pragma once

#include "platform/windows/win32.hpp"

#include <array>
#include <mutex>
#include <span>
#include <vector>

namespace brood::platform::windows {

// Collects handles for one start. They are inheritable only from open() until the end of this object: within that
// time a CreateProcess call elsewhere in this process that inherits everything would give them away too.
class inheritance {
public:
    // Standard streams and `inherit` of the specification.
    explicit inheritance(const spawn_spec& spec);
    inheritance(const inheritance&) = delete;
    inheritance& operator=(const inheritance&) = delete;
    ~inheritance();

    // Takes one more; the child has it under the value that is returned.
    HANDLE add(unique_handle handle);
    HANDLE standard_stream(std::size_t number) const { return streams_[number]; }
    // All of them, for the start's handle list.
    std::span<HANDLE> handles() { return list_; }
    void open();

private:
    void lend(HANDLE handle);

    std::array<HANDLE, 3> streams_{};
    std::vector<HANDLE> list_;
    std::vector<unique_handle> owned_;
    // Handles of the program, which must lose the mark again.
    std::vector<HANDLE> lent_;
    std::unique_lock<std::mutex> lending_;
};

}  // namespace brood::platform::windows
