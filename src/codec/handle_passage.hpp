// SPDX-License-Identifier: MIT
// How handles of the system cross in messages that carry none beside their bytes.
#pragma once

#include <brood/detail/archive.hpp>

namespace brood::detail {

// Set once by the layer above that knows where a handle can wait for its receiver.
struct handle_passage {
    // Writes what read() needs and has the handle kept as long as the archive's shared objects are.
    void (*write)(output_archive& archive, native_handle_type handle) = nullptr;
    // A handle that is the caller's.
    native_handle_type (*read)(input_archive& archive) = nullptr;
};
void set_handle_passage(const handle_passage& way) noexcept;

}  // namespace brood::detail
