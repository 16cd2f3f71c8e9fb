// SPDX-License-Identifier: MIT
// The instrument: an oscilloscope that nobody has at hand, simulated at the other end of a terminal device.
#pragma once

#include "serial_line.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace example {

// Measures from its making on, sample by sample, and keeps the last ones for whoever asks.
class instrument {
public:
    const std::string& device() const noexcept { return line_.device(); }
    // Answers, for ever.
    [[noreturn]] void serve();

private:
    std::string answer(const std::string& line) const;
    std::string read(std::uint64_t first, std::size_t count) const;
    std::uint64_t measured() const;

    serial_line line_;
    const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace example
