// SPDX-License-Identifier: MIT
// The result of the benchmark as one page that stands alone.
#include "bench_report.hpp"

#include "bench_chart.hpp"
#include "html.hpp"
#include "quantity.hpp"

#include <brood/config.hpp>
#include <brood/native/limits.hpp>
#include <brood/native/machine.hpp>

namespace tool {
namespace {

std::string number_cell(const std::string& text) { return "<td class=\"number\">" + escaped(text) + "</td>"; }

std::string beside_cell(const row& one) {
    const std::string text = beside_text(one);
    const bool missed = one.beside && one.beside->target && !reached(*one.beside);
    return std::string("<td") + (missed ? " class=\"warn\"" : "") + ">" + escaped(text) + "</td>";
}

std::string table(const chart& shown) {
    std::string html =
        "<div class=\"scroll\"><table>\n<tr><th>row</th><th class=\"number\">median</th><th "
        "class=\"number\">min</th><th "
        "class=\"number\">max</th><th class=\"number\">runs</th><th>beside</th></tr>\n";
    for (const row* one : shown.rows)
        html += "<tr><td><code>" + escaped(one->id()) + "</code></td>" +
                number_cell(quantity(one->median(), one->unit)) + number_cell(quantity(one->min(), one->unit)) +
                number_cell(quantity(one->max(), one->unit)) + number_cell(std::to_string(one->samples.size())) +
                beside_cell(*one) + "</tr>\n";
    return html + "</table></div>\n";
}

std::string compared(const session& done) {
    if (done.compared.empty()) return "";
    std::string html = "<h2>Beside the earlier run</h2>\n<div class=\"scroll\"><table id=\"compared\">\n";
    for (const comparison_row& one : done.compared) {
        if (one.what == comparison_row::verdict::same) continue;
        const bool slower = one.what == comparison_row::verdict::slower;
        html += "<tr><td><code>" + escaped(one.id) + "</code></td>" + number_cell(quantity(one.before, one.unit)) +
                number_cell(quantity(one.now, one.unit)) + "<td class=\"" + (slower ? "bad" : "good") + "\">" +
                escaped(verdict_text(one)) + "</td></tr>\n";
    }
    return html + "</table></div>\n";
}

}  // namespace

std::string as_html(const session& done) {
    const auto here = brood::native::describe_machine();
    std::string html = "<h1>brood bench</h1>\n<p class=\"lead\">brood " BROOD_VERSION " on " + escaped(here.system) +
                       ", " + std::to_string(here.usable_processors) + " cores</p>\n";
    if (const std::string layer = brood::native::compatibility_layer(); !layer.empty())
        html += "<p class=\"warn\">This is " + escaped(layer) + ": its timings mean nothing for Windows.</p>\n";
    for (const std::string& line : break_even_sentences(done)) html += "<p>" + escaped(line) + "</p>\n";
    html += compared(done);
    for (const chart& one : charts_of(done)) html += "<h2>" + escaped(one.title) + "</h2>\n" + as_svg(one) + table(one);
    for (const std::string& note : done.notes) html += "<p class=\"soft\">" + escaped(note) + "</p>\n";
    return page("brood bench", html);
}

}  // namespace tool
