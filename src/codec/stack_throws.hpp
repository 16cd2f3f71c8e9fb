// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

namespace brood::detail {

// While one lives, throws of this thread are not recorded: those by which brood itself makes an exception again.
class throw_recording_pause {
public:
    throw_recording_pause() noexcept;
    ~throw_recording_pause();
    throw_recording_pause(const throw_recording_pause&) = delete;
    throw_recording_pause& operator=(const throw_recording_pause&) = delete;
};

// The address of the exception object; null for a null pointer. It is the same for all copies of an exception_ptr.
const void* object_of(const std::exception_ptr& exception) noexcept;

}  // namespace brood::detail
