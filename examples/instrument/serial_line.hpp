// SPDX-License-Identifier: MIT
// Lines of text over a terminal device. The one part of this example that is the operating system's.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace example {

// One end. Cannot be copied or cross: it owns the open device.
class serial_line {
public:
    // A device of the system. Raw, at `baud`; what came before is dropped. Throws std::system_error, as all of it does.
    serial_line(const std::string& device, int baud);
    // The other end of a device that is made with it; device() tells its name.
    serial_line();
    ~serial_line();
    serial_line(const serial_line&) = delete;
    serial_line& operator=(const serial_line&) = delete;

    const std::string& device() const noexcept { return device_; }
    void write_line(const std::string& text);
    // Without its end; empty when none came in time. Throws std::runtime_error when the other side is gone.
    std::optional<std::string> read_line(std::chrono::milliseconds timeout);

private:
    std::optional<std::string> take_line();

    std::string device_;
    int file_ = -1, kept_ = -1;
    std::string got_;
};

}  // namespace example
