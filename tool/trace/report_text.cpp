// SPDX-License-Identifier: MIT
#include "trace/report.hpp"

#include "quantity.hpp"

#include <algorithm>
#include <cmath>

namespace tool {
namespace {

std::string plural(std::size_t count, const std::string& word) {
    return std::to_string(count) + " " + word + (count == 1 ? "" : word.ends_with("process") ? "es" : "s");
}

std::string heading(const std::string& text, const style& look) { return "\n" + look.paint(ink::bold, text) + "\n"; }

std::string bars(const std::vector<time_row>& rows, const style& look) {
    double all = 0;
    for (const auto& row : rows) all += row.seconds;
    std::string text;
    constexpr std::size_t names = 18, values = 10, shares = 7;
    const std::size_t width = std::clamp<std::size_t>(look.width, 60, 100) - names - values - shares - 4;
    for (const auto& row : rows) {
        const double share = all > 0 ? row.seconds / all : 0;
        const auto length = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
        text += "  " + pad_right(row.name, names) + pad_left(time_text(row.seconds), values) +
                pad_left(percent(share), shares) + " " +
                look.paint(row.name == "run" ? ink::green : ink::blue, repeat(look.unicode ? "█" : "#", length)) + "\n";
    }
    return text;
}

std::string cut(const std::string& name, std::size_t width) {
    return name.size() < width ? name : name.substr(0, width - 4) + "...";
}

std::string functions_text(const trace_figures& figures, const style& look) {
    std::string text = heading("Functions", look);
    constexpr std::size_t shown = 20, name = 30, value = 11;
    text += look.paint(ink::faint, "  " + pad_right("", name) + pad_left("tasks", value) +
                                       pad_left("run, mean", value) + pad_left("longest", value) +
                                       pad_left("moving", value) + pad_left("in", value) + pad_left("out", value)) +
            "\n";
    for (std::size_t i = 0; i < std::min(shown, figures.functions.size()); ++i) {
        const auto& one = figures.functions[i];
        text += "  " + pad_right(cut(one.name, name), name) + pad_left(std::to_string(one.tasks), value) +
                pad_left(time_text(one.mean(one.running)), value) + pad_left(time_text(one.longest), value) +
                pad_left(time_text(one.mean(one.moving)), value) + pad_left(bytes_text(one.mean(one.bytes_in)), value) +
                pad_left(bytes_text(one.mean(one.bytes_out)), value) + "\n";
        if (one.elements > 0)
            text += look.paint(ink::faint, "    " + number(one.elements) + " elements of maps, " +
                                               time_text(one.running / one.elements) + " each") +
                    "\n";
        if (one.failed > 0) text += look.paint(ink::red, "    " + plural(one.failed, "task") + " failed") + "\n";
    }
    if (figures.functions.size() > shown)
        text += "  and " + std::to_string(figures.functions.size() - shown) + " more\n";
    return text;
}

std::string workers_text(const trace_figures& figures, const style& look) {
    std::string text = heading("Workers", look);
    constexpr std::size_t shown = 32, name = 30, value = 11;
    text += look.paint(ink::faint, "  " + pad_right("", name) + pad_left("tasks", value) + pad_left("run", value) +
                                       pad_left("moving", value) + pad_left("idle", value) +
                                       pad_left("starting", value) + pad_left("used", value)) +
            "\n";
    for (std::size_t i = 0; i < std::min(shown, figures.workers.size()); ++i) {
        const auto& one = figures.workers[i];
        text += "  " + pad_right(cut(one.name, name), name) + pad_left(std::to_string(one.tasks), value) +
                pad_left(time_text(one.running), value) + pad_left(time_text(one.reading + one.result), value) +
                pad_left(time_text(one.idle), value) + pad_left(time_text(one.starting), value) +
                pad_left(percent(one.share()), value) + "\n";
    }
    if (figures.workers.size() > shown) text += "  and " + std::to_string(figures.workers.size() - shown) + " more\n";
    return text;
}

std::string longest_text(const trace_figures& figures, const style& look) {
    std::string text = heading("Longest tasks", look);
    for (const auto* task : figures.longest)
        text += "  " + pad_left(time_text(task->length()), 10) + "  " + pad_right(cut(task->name, 40), 40) + " at " +
                time_text(task->begin) + ", process " + std::to_string(task->pid) +
                (task->outcome.empty() || task->outcome == "ok" ? "" : ", " + task->outcome) + "\n";
    return text;
}

}  // namespace

std::string percent(double share) {
    const double value = share * 100;
    return (value < 10 && value > 0 ? number(std::round(value * 10) / 10).substr(0, 3)
                                    : std::to_string(std::lround(value))) +
           " %";
}

std::string bytes_text(double bytes) {
    if (bytes <= 0) return "-";
    return bytes < 1024 ? std::to_string(std::lround(bytes)) + " B" : quantity(bytes, "bytes");
}

std::string first_sentence(const traced_events& events, const trace_figures& figures) {
    std::string text = time_text(figures.length) + ", " +
                       plural(figures.workers.size(), events.of_brood ? "worker" : "process") + ", " +
                       plural(figures.tasks, events.of_brood ? "task" : "slice") + " that ran";
    if (events.ends.empty()) return text + ".";
    std::string ends;
    for (const auto& [outcome, count] : events.ends)
        ends += (ends.empty() ? "" : ", ") + std::to_string(count) + " " + outcome;
    return text + " (ended: " + ends + ").";
}

std::string file_note(const traced_events& events) {
    std::string text;
    if (!events.whole)
        text = "The file was not closed: its program still runs, or ended suddenly. What stands in it is used.";
    if (events.unreadable > 0)
        text +=
            (text.empty() ? "" : " ") + plural(events.unreadable, "event") + " in it make no sense and are left out.";
    if (!events.of_brood)
        text += std::string(text.empty() ? "" : " ") +
                "No pool of brood wrote it: slices that lie in no other one count as tasks.";
    return text;
}

std::vector<time_row> times_of_workers(const trace_figures& figures) {
    return {{"run", figures.running, "the functions themselves"},
            {"read arguments", figures.reading, "deserializing, in the worker"},
            {"write results", figures.result, "serializing and copying, in the worker"},
            {"wait", figures.idle, "ready, and no task"},
            {"start", figures.starting, "until a worker was ready"}};
}

std::vector<time_row> times_of_submitters(const trace_figures& figures) {
    return {{"write arguments", figures.arguments, "serializing and copying"},
            {"read results", figures.results_read, "deserializing"}};
}

std::string as_text(const traced_run& run, const style& look) {
    const auto figures = sum_up(run.events);
    std::string text = look.paint(ink::bold, run.title) + "\n" + paragraph(look, first_sentence(run.events, figures));
    if (const auto note = file_note(run.events); !note.empty()) text += paragraph(look, note);
    for (const auto& line : run.advice) text += "\n" + paragraph(look, line);
    text += heading("Time of the workers", look) + bars(times_of_workers(figures), look);
    if (run.events.of_brood) {
        text += heading("Time of those who submit", look) + bars(times_of_submitters(figures), look);
        text += heading("Waiting and moving", look);
        text += paragraph(look,
                          "A task waited " + time_text(figures.mean(figures.waited)) + " for a worker on average, " +
                              time_text(figures.longest_wait) + " at most. Of the time that tasks took, " +
                              percent(figures.moving_share()) + " went into moving " + bytes_text(figures.bytes) +
                              " of arguments and results.",
                          2);
    }
    return text + functions_text(figures, look) + workers_text(figures, look) + longest_text(figures, look);
}

}  // namespace tool
