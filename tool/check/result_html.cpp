// SPDX-License-Identifier: MIT
#include "check/result.hpp"

#include "html.hpp"
#include "quantity.hpp"

namespace tool::check {
namespace {

std::string code(const std::string& text) { return "<code>" + escaped(text) + "</code>"; }
std::string cell(const std::string& html) { return "<td>" + html + "</td>"; }
std::string number_cell(const std::string& text) { return "<td class=\"number\">" + escaped(text) + "</td>"; }

std::string run_table(const result& all) {
    std::string html =
        "<h2>Runs</h2>\n<div class=\"scroll\"><table id=\"runs\">\n<tr><th>method</th><th class=\"number\">exit "
        "code</th><th class=\"number\">children</th><th class=\"number\">files</th><th "
        "class=\"number\">time</th></tr>\n";
    for (const run& one : all.runs)
        html += "<tr>" + cell(escaped(one.label)) + number_cell(one.timed_out ? "late" : std::to_string(one.code)) +
                number_cell(std::to_string(one.children.size())) + number_cell(std::to_string(one.files.size())) +
                number_cell(quantity(one.seconds, "s")) + "</tr>\n";
    return html + "</table></div>\n";
}

std::string differences(const result& all) {
    if (all.differences.empty()) return "";
    std::string html = "<h2>What differs</h2>\n";
    for (const run_difference& one : all.differences) {
        html += "<p class=\"bad difference\">" + escaped(headline_of(one)) + "</p>\n<div class=\"scroll\"><table>\n";
        for (const std::string& line : one.only_first)
            html += "<tr>" + cell(escaped(one.first)) + cell(code(line)) + "</tr>\n";
        for (const std::string& line : one.only_other)
            html += "<tr>" + cell(escaped(one.method)) + cell(code(line)) + "</tr>\n";
        html += "</table></div>\n";
    }
    return html;
}

std::string use_cell(const drift& one) {
    const std::string sign = one.use == "read" ? "bad" : one.use == "unknown" ? "warn" : "soft";
    const std::string text = one.use == "unknown" ? "cannot be told" : one.use;
    return "<td class=\"" + sign + "\">" + text +
           (one.use_note.empty() ? "" : "<br><span class=\"soft\">" + escaped(one.use_note) + "</span>") + "</td>";
}

std::string variables(const result& all) {
    if (all.found.variables.empty()) return "";
    std::string html =
        "<h2>Variables whose value a child does not have</h2>\n<div class=\"scroll\"><table id=\"variables\">\n"
        "<tr><th>variable</th><th>parent</th><th>child</th><th>used by a child</th><th>why</th></tr>\n";
    for (const drift& one : all.found.variables) {
        const std::string where = one.file.empty() ? one.module : one.file + ":" + std::to_string(one.line);
        html += "<tr>" + cell(code(one.name) + "<br><span class=\"soft\">" + escaped(where) + "</span>") +
                cell(code(one.parent)) + cell(code(one.child)) + use_cell(one) +
                cell(escaped(one.cause) + " <span class=\"soft\">(" + escaped(joined(one.methods, ", ")) + ")</span>") +
                "</tr>\n";
    }
    return html + "</table></div>\n";
}

std::string inherited(const result& all) {
    if (all.found.inherited.empty()) return "";
    std::string html = "<h2>What only a forked child inherits</h2>\n<div class=\"scroll\"><table id=\"inherited\">\n";
    for (const inherited_thing& one : all.found.inherited)
        html += "<tr>" + cell(escaped(one.kind)) + cell(code(one.what)) + cell(escaped(one.note)) + "</tr>\n";
    return html + "</table></div>\n";
}

std::string outputs(const result& all) {
    std::string html = "<h2>Output</h2>\n";
    for (const run& one : all.runs)
        html +=
            "<details><summary>" + escaped(one.label) + "</summary><pre>" + escaped(one.output) + "</pre></details>\n";
    return html;
}

}  // namespace

std::string as_html(const result& all) {
    const std::string command = joined(all.command, " ");
    std::string html = "<h1>brood check</h1>\n<p class=\"lead\">" + code(command) + "</p>\n";
    html += all.differs()
                ? "<p class=\"bad\" id=\"verdict\">This program does not do the same under every start method.</p>\n"
                : "<p class=\"good\" id=\"verdict\">The same under every start method.</p>\n";
    html += run_table(all) + differences(all) + variables(all) + inherited(all);
    if (!all.found.notes.empty()) html += "<h2>Notes</h2>\n<ul>\n";
    for (const std::string& note : all.found.notes) html += "<li>" + escaped(note) + ".</li>\n";
    if (!all.found.notes.empty()) html += "</ul>\n";
    return page("brood check " + command, html + outputs(all));
}

}  // namespace tool::check
