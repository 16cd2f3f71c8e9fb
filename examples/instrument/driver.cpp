// SPDX-License-Identifier: MIT
#include "driver.hpp"

#include "protocol.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>

namespace example {
namespace {

constexpr std::chrono::seconds patience(10);

}  // namespace

driver::driver(const std::string& device, int baud) : line_(device, baud) { synchronize(); }

// The line may hold half a question and answers to a driver that is no more. The first line ends the half question.
void driver::synchronize() {
    const auto word = "SYNC " + std::to_string(std::random_device()());
    line_.write_line("");
    line_.write_line(word);
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until)
        if (line_.read_line(patience) == word) return;
    throw std::runtime_error("the instrument at " + line_.device() + " does not answer");
}

std::string driver::ask(const std::string& question) {
    line_.write_line(question);
    if (auto line = line_.read_line(patience)) return *line;
    throw std::runtime_error("the instrument at " + line_.device() + " does not answer");
}

std::string driver::identity() { return ask("*IDN?"); }

std::vector<sample> driver::read(std::uint64_t first, std::size_t count) {
    const auto most = std::min(count, longest_read);
    return read_data(ask("READ? " + std::to_string(first) + ' ' + std::to_string(most)), first);
}

}  // namespace example
