// SPDX-License-Identifier: MIT
#include "protocol.hpp"

#include <cmath>
#include <numbers>
#include <numeric>
#include <sstream>
#include <stdexcept>

namespace example {
namespace {

double tone(std::size_t bin, std::uint64_t sequence) {
    const auto step = static_cast<double>(sequence % block_size * bin % block_size);
    return std::sin(2 * std::numbers::pi * step / block_size);
}

// The same for each number, and yet noise.
int noise_at(std::uint64_t sequence) {
    std::uint64_t mixed = (sequence + 1) * 0x9e3779b97f4a7c15U;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    return static_cast<int>((mixed >> 40) % 1001) - 500;
}

std::int64_t sum_of(std::uint64_t first, const std::vector<std::int32_t>& values) {
    return std::accumulate(values.begin(), values.end(), static_cast<std::int64_t>(first));
}

}  // namespace

std::int32_t signal_at(std::uint64_t sequence) {
    return static_cast<std::int32_t>(std::lround(8000 * tone(loud_bin, sequence) + 2500 * tone(soft_bin, sequence))) +
           noise_at(sequence);
}

std::string write_data(std::uint64_t first, std::size_t count) {
    std::vector<std::int32_t> values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = signal_at(first + i);
    std::ostringstream line;
    line << "DATA " << first << ' ' << count;
    for (const auto value : values) line << ' ' << value;
    line << ' ' << sum_of(first, values);
    return line.str();
}

std::vector<sample> read_data(const std::string& line, std::uint64_t first) {
    std::istringstream words(line);
    std::string kind;
    std::uint64_t begin = 0;
    std::size_t count = 0;
    if (!(words >> kind >> begin >> count) || kind != "DATA" || begin != first || count > longest_read)
        throw std::runtime_error("the instrument answered '" + line.substr(0, 40) + "' when asked for sample " +
                                 std::to_string(first));
    std::vector<std::int32_t> values(count);
    for (auto& value : values) words >> value;
    std::int64_t sum = 0;
    if (!(words >> sum) || sum != sum_of(first, values))
        throw std::runtime_error("a line of the instrument was damaged on its way");
    std::vector<sample> samples;
    samples.reserve(count);
    for (const auto value : values) samples.push_back({begin++, value});
    return samples;
}

}  // namespace example
