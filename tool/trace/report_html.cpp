// SPDX-License-Identifier: MIT
#include "trace/report.hpp"

#include "html.hpp"
#include "quantity.hpp"

#include <algorithm>

namespace tool {
namespace {

constexpr const char* colours = R"(<style>
body { max-width: 76rem; }
.c0 { fill: #3b6fd4; background: #3b6fd4; } .c1 { fill: #2a9d7f; background: #2a9d7f; }
.c2 { fill: #c77d1e; background: #c77d1e; } .c3 { fill: #8a5bc7; background: #8a5bc7; }
.c4 { fill: #b5487f; background: #b5487f; } .c5 { fill: #5b8a1f; background: #5b8a1f; }
.c6 { fill: #7a8494; background: #7a8494; } .many { fill: #6f8fc9; background: #6f8fc9; }
.failed { fill: var(--bad); background: var(--bad); } .start { fill: var(--line); background: var(--line); }
.moving { fill: rgba(0, 0, 0, .45); background: #333a45; } .waits { fill: var(--mark); fill-opacity: .3; stroke: var(--mark); }
svg.timeline { width: 100%; } svg text.tick { fill: var(--soft); font-size: 11px; }
svg .lane rect:not([class]) { stroke: none; }
.legend { font-size: .85rem; } .legend span { margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .35em; }
i.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin-right: .45em; }
.shares { display: flex; height: 1.6rem; border-radius: 4px; overflow: hidden; margin: .6rem 0; }
summary { cursor: pointer; color: var(--mark); }
</style>
)";

std::string cell(const std::string& text) { return "<td class=\"number\">" + escaped(text) + "</td>"; }
std::string head(const std::vector<std::string>& titles) {
    std::string html = "<tr>";
    for (const auto& title : titles)
        html +=
            "<th" + std::string(&title == &titles.front() ? "" : " class=\"number\"") + ">" + escaped(title) + "</th>";
    return html + "</tr>\n";
}
std::string name_cell(const std::string& name) { return "<td><code>" + escaped(name) + "</code></td>"; }
std::string table(const std::string& id, const std::string& rows) {
    return "<div class=\"scroll\"><table id=\"" + id + "\">\n" + rows + "</table></div>\n";
}

// The colours of the rows of a table of times.
constexpr const char* kinds[] = {"c1", "c0", "c2", "c6", "start"};

std::string times(const std::vector<time_row>& rows, bool coloured) {
    double all = 0;
    for (const auto& row : rows) all += row.seconds;
    std::string html;
    for (const auto& row : rows)
        html += "<tr><td>" +
                (coloured ? "<i class=\"swatch " + std::string(kinds[&row - rows.data()]) + "\"></i>" : "") +
                escaped(row.name) + " <span class=\"soft\">" + escaped(row.about) + "</span></td>" +
                cell(time_text(row.seconds)) + cell(percent(all > 0 ? row.seconds / all : 0)) + "</tr>\n";
    return html;
}

std::string functions(const trace_figures& figures) {
    std::string rows = head({"function", "tasks", "elements", "run, mean", "longest", "moving, mean", "waited, mean",
                             "in, mean", "out, mean", "failed"});
    constexpr std::size_t shown = 50;
    for (std::size_t i = 0; i < std::min(shown, figures.functions.size()); ++i) {
        const auto& one = figures.functions[i];
        rows += "<tr>" + name_cell(one.name) + cell(std::to_string(one.tasks)) +
                cell(one.elements > 0 ? number(one.elements) : "-") + cell(time_text(one.mean(one.running))) +
                cell(time_text(one.longest)) + cell(time_text(one.mean(one.moving))) +
                cell(time_text(one.mean(one.waited))) + cell(bytes_text(one.mean(one.bytes_in))) +
                cell(bytes_text(one.mean(one.bytes_out))) + cell(one.failed > 0 ? std::to_string(one.failed) : "-") +
                "</tr>\n";
    }
    return table("functions", rows);
}

std::string workers(const trace_figures& figures) {
    std::string rows = head({"process", "pid", "tasks", "run", "moving", "idle", "starting", "used"});
    for (const auto& one : figures.workers)
        rows += "<tr>" + name_cell(one.name) + cell(std::to_string(one.pid)) + cell(std::to_string(one.tasks)) +
                cell(time_text(one.running)) + cell(time_text(one.reading + one.result)) + cell(time_text(one.idle)) +
                cell(time_text(one.starting)) + cell(percent(one.share())) + "</tr>\n";
    return table("workers", rows);
}

std::string longest(const trace_figures& figures) {
    std::string rows = head({"task", "length", "begins at", "process", "waited", "ended"});
    for (const auto* task : figures.longest)
        rows += "<tr>" + name_cell(task->name) + cell(time_text(task->length())) + cell(time_text(task->begin)) +
                cell(std::to_string(task->pid)) + cell(time_text(task->waited)) +
                cell(task->outcome.empty() ? "-" : task->outcome) + "</tr>\n";
    return table("longest", rows);
}

// Without a script nobody can zoom: the same in eight pieces, each eight times as wide.
std::string pieces(const traced_events& events, const trace_figures& figures) {
    constexpr int count = 8;
    constexpr std::size_t few = 60;
    if (events.tasks.size() < few) return "";
    std::string html = "<details><summary>The same, eight times as wide</summary>\n";
    for (int i = 0; i < count; ++i)
        html += timeline(events, figures, figures.length * i / count, figures.length * (i + 1) / count);
    return html + "</details>\n";
}

std::string shares(const std::vector<time_row>& rows) {
    double all = 0;
    for (const auto& row : rows) all += row.seconds;
    std::string html = "<div class=\"shares\">";
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (all > 0 && rows[i].seconds > 0)
            html += "<div class=\"" + std::string(kinds[i]) +
                    "\" style=\"width:" + std::to_string(rows[i].seconds / all * 100) + "%\" title=\"" +
                    escaped(rows[i].name + ": " + percent(rows[i].seconds / all)) + "\"></div>";
    return html + "</div>\n";
}

}  // namespace

std::string as_html(const traced_run& run) {
    const auto figures = sum_up(run.events);
    const auto of_workers = times_of_workers(figures);
    std::string html = colours;
    html += "<h1>" + escaped(run.title) + "</h1>\n<p class=\"lead\">" + escaped(first_sentence(run.events, figures)) +
            "</p>\n";
    if (const auto note = file_note(run.events); !note.empty()) html += "<p class=\"warn\">" + escaped(note) + "</p>\n";
    for (const auto& line : run.advice) html += "<p class=\"advice\">" + escaped(line) + "</p>\n";
    html += "<h2>Timeline</h2>\n" + legend(figures) + timeline(run.events, figures, 0, figures.length) +
            pieces(run.events, figures);
    html += "<h2>Time of the workers</h2>\n" + shares(of_workers) + table("times", times(of_workers, true));
    if (run.events.of_brood)
        html += "<h2>Time of those who submit</h2>\n" +
                table("submitters", times(times_of_submitters(figures), false)) + "<p>A task waited " +
                escaped(time_text(figures.mean(figures.waited))) + " for a worker on average, " +
                escaped(time_text(figures.longest_wait)) + " at most. Of the time that tasks took, " +
                escaped(percent(figures.moving_share())) + " went into moving " + escaped(bytes_text(figures.bytes)) +
                " of arguments and results.</p>\n";
    html += "<h2>Functions</h2>\n" + functions(figures) + "<h2>Workers</h2>\n" + workers(figures) +
            "<h2>Longest tasks</h2>\n" + longest(figures);
    return page(run.title, html);
}

}  // namespace tool
