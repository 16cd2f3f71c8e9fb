// SPDX-License-Identifier: MIT
// The driver: what a user has of the instrument's maker. It holds the open device and speaks to it; there can be one,
// and it cannot cross to another process.
#pragma once

#include "samples.hpp"
#include "serial_line.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace example {

class driver {
public:
    // Opens the device and comes to terms with the instrument, in whatever state an earlier driver left it. Throws
    // std::runtime_error when it does not answer, as all of it does.
    driver(const std::string& device, int baud);
    std::string identity();
    // That many samples from `first` on; waits until they are measured. Asked again it gives the same ones: who calls
    // keeps the number of the next.
    std::vector<sample> read(std::uint64_t first, std::size_t count);

private:
    std::string ask(const std::string& question);
    void synchronize();

    serial_line line_;
};

}  // namespace example
