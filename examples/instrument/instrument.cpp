// SPDX-License-Identifier: MIT
#include "instrument.hpp"

#include "protocol.hpp"

#include <algorithm>
#include <sstream>
#include <thread>

namespace example {
namespace {

constexpr std::uint64_t memory = std::uint64_t{1} << 22;  // samples: some minutes

}  // namespace

void instrument::serve() {
    for (;;)
        if (const auto line = line_.read_line(std::chrono::hours(1))) line_.write_line(answer(*line));
}

std::string instrument::answer(const std::string& line) const {
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::uint64_t first = 0;
    std::size_t count = 0;
    if (command == "SYNC") return line;
    if (command == "*IDN?") return "simulated oscilloscope, 16384 samples/s";
    if (command == "READ?" && words >> first >> count && count > 0 && count <= longest_read) return read(first, count);
    return "ERROR";
}

std::string instrument::read(std::uint64_t first, std::size_t count) const {
    while (measured() < first + count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (first + memory < measured()) return "OVERRUN";
    return write_data(first, count);
}

std::uint64_t instrument::measured() const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin_;
    return static_cast<std::uint64_t>(passed.count() * sample_rate);
}

}  // namespace example
