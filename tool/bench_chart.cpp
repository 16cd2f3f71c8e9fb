// SPDX-License-Identifier: MIT
#include "bench_chart.hpp"

#include "html.hpp"
#include "quantity.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace tool {
namespace {

bool is_limit(const row& one) { return one.name.starts_with("limit."); }

std::size_t widest_name(const chart& one) {
    std::size_t widest = 0;
    for (const row* shown : one.rows) widest = std::max(widest, shown->id().size());
    return widest;
}

std::string bar(double part, std::size_t width, const style& look) {
    const auto length = static_cast<std::size_t>(std::lround(part * static_cast<double>(width)));
    return repeat(look.unicode ? "█" : "#", std::max<std::size_t>(1, length));
}

}  // namespace

std::vector<chart> charts_of(const session& done) {
    std::vector<chart> all;
    for (const row& one : done.rows) {
        if (one.samples.empty() || one.median() <= 0) continue;
        const auto same = std::find_if(all.begin(), all.end(), [&](const chart& known) {
            return known.title == one.group && known.unit == one.unit;
        });
        if (same != all.end())
            same->rows.push_back(&one);
        else
            all.push_back({one.group, one.unit, {&one}});
    }
    return all;
}

log_scale::log_scale(const chart& one) {
    double least = one.rows.front()->min(), most = one.rows.front()->max();
    for (const row* shown : one.rows) {
        least = std::min(least, shown->min());
        most = std::max(most, shown->max());
    }
    constexpr double smallest = 1e-12;
    lowest_ = static_cast<int>(std::floor(std::log10(std::max(least, smallest))));
    highest_ = std::max(lowest_ + 1, static_cast<int>(std::ceil(std::log10(std::max(most, smallest)))));
}

double log_scale::place(double value) const {
    if (value <= 0) return 0;
    return std::clamp((std::log10(value) - lowest_) / (highest_ - lowest_), 0.0, 1.0);
}

std::vector<double> log_scale::ticks() const {
    std::vector<double> all;
    for (int power = lowest_; power <= highest_; ++power) all.push_back(std::pow(10.0, power));
    return all;
}

std::string as_bars(const session& done, const style& look) {
    std::string text;
    for (const chart& one : charts_of(done)) {
        const log_scale scale(one);
        const std::size_t names = widest_name(one) + 2;
        constexpr std::size_t values = 11, narrowest = 10;
        const std::size_t width = look.width > names + values + narrowest ? look.width - names - values : narrowest;
        text +=
            "\n" + look.paint(ink::bold, one.title) + look.paint(ink::faint, " (a tenfold is always as wide)") + "\n";
        for (const row* shown : one.rows)
            text += pad_right(shown->id(), names) +
                    look.paint(is_limit(*shown) ? ink::faint : ink::blue,
                               bar(scale.place(shown->median()), width - 1, look)) +
                    " " + quantity(shown->median(), shown->unit) + "\n";
    }
    return text;
}

std::string as_svg(const chart& one) {
    const log_scale scale(one);
    constexpr double left = 230, plot = 560, right = 90, top = 8, step = 26, below = 30;
    const double height = top + step * static_cast<double>(one.rows.size()) + below;
    const auto x = [&](double value) { return left + plot * scale.place(value); };
    std::ostringstream svg;
    svg << "<svg viewBox=\"0 0 " << left + plot + right << " " << height << "\" role=\"img\" aria-label=\""
        << escaped(one.title) << "\">\n";
    for (const double tick : scale.ticks())
        svg << "<line x1=\"" << x(tick) << "\" x2=\"" << x(tick) << "\" y1=\"" << top << "\" y2=\""
            << height - below + 4 << "\" stroke=\"var(--line)\"/><text class=\"tick\" x=\"" << x(tick) << "\" y=\""
            << height - 10 << "\" text-anchor=\"middle\">" << escaped(quantity(tick, one.unit)) << "</text>\n";
    double y = top;
    for (const row* shown : one.rows) {
        const double middle = y + step / 2;
        svg << "<g class=\"row\"><title>" << escaped(shown->id()) << "</title><text x=\"" << left - 8 << "\" y=\""
            << middle + 4 << "\" text-anchor=\"end\">" << escaped(shown->id()) << "</text><rect x=\"" << left
            << "\" y=\"" << y + 5 << "\" width=\"" << std::max(1.0, x(shown->median()) - left) << "\" height=\""
            << step - 10 << "\" rx=\"2\" fill=\"var(" << (is_limit(*shown) ? "--soft" : "--mark") << ")\"/><line x1=\""
            << x(shown->min()) << "\" x2=\"" << x(shown->max()) << "\" y1=\"" << middle << "\" y2=\"" << middle
            << "\" stroke=\"var(--ink)\"/><text x=\"" << x(shown->max()) + 8 << "\" y=\"" << middle + 4 << "\">"
            << escaped(quantity(shown->median(), shown->unit)) << "</text></g>\n";
        y += step;
    }
    svg << "</svg>\n";
    return svg.str();
}

}  // namespace tool
