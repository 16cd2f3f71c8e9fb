// SPDX-License-Identifier: MIT
// What a port supplies for `brood check`, which compares parent and child: a picture of this process, and counters of
// the accesses to a few places. The rules of platform.hpp hold here too; none of it is used in other runs.
#pragma once

#include "platform/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace brood::platform {

// Gives the value of an environment variable and removes it; empty when there is none.
std::string take_variable(const char* name);

// Writes a new file that says what this process consists of now (format: docs/design/020): `head`, lines of its own;
// then descriptors, threads, modules and mappings; then the writable private memory. Other threads go on meanwhile.
// Where the port cannot tell, there is less: Windows and macOS write `head` and the modules alone.
void write_process_image(const std::string& path, const std::string& head);

// Counts how often this thread, and those that it starts from now on, touch a place, without changing what they do.
class access_counter {
public:
    // At most `size` bytes from `address` are watched: 8 at an address that is a multiple of 8, else fewer. Throws when
    // the system or the processor cannot, or has no watchpoint left (there are a handful).
    access_counter(const void* address, std::size_t size);

    struct counts {
        std::uint64_t all = 0;     // reads and writes
        std::uint64_t writes = 0;  // those that also wrote
    };
    counts read() const;

private:
    unique_handle all_, writes_;
};

}  // namespace brood::platform
