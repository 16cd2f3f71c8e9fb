// SPDX-License-Identifier: MIT
// Spectra as pictures.
#pragma once

#include "samples.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace example {

// On standard output: drawn over and over on a terminal, else a line for each block.
class live_plot {
public:
    live_plot();
    // `status` is a line of text.
    void show(const spectrum& now, std::string_view status);

private:
    unsigned columns_ = 0;  // 0: no terminal
    bool drawn_ = false;
};

// The mean of all rows as an SVG file, in decibels over the frequency. Throws std::system_error.
void write_svg(const std::filesystem::path& file, const std::vector<double>& spectra);

}  // namespace example
