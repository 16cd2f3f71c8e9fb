// SPDX-License-Identifier: MIT
// How test code in several processes takes turns: messages over a pipe of the system, which crosses like any value.
#pragma once

#include <brood/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace brood_test {

// Both ends of a pipe. Whoever has a copy may send or wait; a message goes to one reader. An aggregate, so that it
// crosses without any code.
struct mailbox {
    brood::handle reader, writer;

    static mailbox make();
    // Short messages, of less than what a pipe takes at once.
    void send(std::string_view text = "go") const;
    // Blocks until a message comes.
    std::string receive() const;
    void wait() const { static_cast<void>(receive()); }
};

// A handle's value as a number, and a handle that owns what has that value here.
inline std::uintptr_t to_number(const brood::handle& handle) { return (std::uintptr_t)handle.native_handle(); }
inline brood::handle to_handle(std::uintptr_t number) { return brood::handle((brood::native_handle_type)number); }

// Bytes of a handle, by the system's own calls. Reading gives 0 at the end.
std::size_t read_bytes(const brood::handle& from, void* into, std::size_t size);
void write_bytes(const brood::handle& to, const void* from, std::size_t size);

}  // namespace brood_test
