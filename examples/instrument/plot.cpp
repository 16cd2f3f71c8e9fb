// SPDX-License-Identifier: MIT
#include "plot.hpp"

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <system_error>

namespace example {
namespace {

constexpr unsigned rows = 12;
constexpr double floor_level = 0, top_level = 80;  // dB

double level_of(double amplitude) { return 20 * std::log10(std::max(amplitude, 1.0)); }
double height_of(double amplitude) {
    return std::clamp((level_of(amplitude) - floor_level) / (top_level - floor_level), 0.0, 1.0);
}

// The loudest of the frequencies that share a column.
std::vector<double> heights(const spectrum& now, unsigned columns) {
    std::vector<double> all(columns, 0);
    for (std::size_t bin = 1; bin < bins; ++bin) {
        auto& height = all[(bin - 1) * columns / (bins - 1)];
        height = std::max(height, height_of(now.amplitude[bin]));
    }
    return all;
}

void draw_row(std::ostream& out, const std::vector<double>& columns, unsigned row) {
    static constexpr const char* eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    for (const double height : columns) {
        const double filled = (height * rows - row) * 8;
        out << eighths[static_cast<int>(std::clamp(filled, 0.0, 8.0))];
    }
    out << "\x1b[K\n";
}

}  // namespace

live_plot::live_plot() {
    if (const auto columns = brood::native::terminal_columns(brood::native::stream::out))
        columns_ = std::clamp(*columns, 10U, 120U);
}

void live_plot::show(const spectrum& now, std::string_view status) {
    std::ostringstream out;
    if (columns_ > 0) {
        if (drawn_) out << "\x1b[" << rows + 1 << 'A';
        const auto columns = heights(now, columns_);
        for (unsigned row = rows; row-- > 0;) draw_row(out, columns, row);
        out << status.substr(0, columns_) << "\x1b[K\n";
    } else {
        out << status << '\n';
    }
    drawn_ = true;
    std::cout << out.str() << std::flush;
}

void write_svg(const std::filesystem::path& file, const std::vector<double>& spectra) {
    constexpr int width = 800, height = 400, margin = 50;
    const std::size_t blocks = std::max<std::size_t>(spectra.size() / bins, 1);
    std::ofstream out(file);
    out << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 " << width + 2 * margin << ' ' << height + 2 * margin
        << "' font-family='sans-serif' font-size='13'>\n<rect width='100%' height='100%' fill='white'/>\n<g transform="
        << "'translate(" << margin << ' ' << margin << ")'>\n<g stroke='#ddd' fill='#444'>\n";
    for (int level = 0; level <= 80; level += 20) {
        const double y = height * (1 - level / top_level);
        out << "<path d='M0 " << y << "H" << width << "'/><text stroke='none' text-anchor='end' x='-6' y='" << y + 4
            << "'>" << level << " dB</text>\n";
    }
    for (int kilohertz = 0; kilohertz <= 8; kilohertz += 2) {
        const double x = width * kilohertz * 1000 / frequency_of(bins - 1);
        out << "<path d='M" << x << " 0V" << height << "'/><text stroke='none' text-anchor='middle' x='" << x << "' y='"
            << height + 20 << "'>" << kilohertz << " kHz</text>\n";
    }
    out << "</g>\n<text x='0' y='-15'>Mean of " << blocks << " spectra</text>\n"
        << "<polyline fill='none' stroke='#1f5fa8' stroke-width='1.5' points='";
    for (std::size_t bin = 1; bin < bins; ++bin) {
        double mean = 0;
        for (std::size_t at = bin; at < spectra.size(); at += bins) mean += spectra[at];
        out << static_cast<double>(width * bin) / (bins - 1) << ','
            << height * (1 - height_of(mean / static_cast<double>(blocks))) << ' ';
    }
    out << "'/>\n</g>\n</svg>\n";
    out.close();
    if (!out) throw std::system_error(errno, std::generic_category(), file.string());
}

}  // namespace example
