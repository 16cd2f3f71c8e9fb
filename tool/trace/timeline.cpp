// SPDX-License-Identifier: MIT
// The timeline: a lane for each worker, a box for each task. Where tasks are narrower than what can be seen, a column
// shows how much of that time the worker was busy.
#include "trace/report.hpp"

#include "html.hpp"
#include "quantity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace tool {
namespace {

constexpr double left = 190, plot = 790, right = 10, lane = 26, top = 8, axis = 26, counts_height = 46;
constexpr double narrowest = 1.5;
constexpr std::size_t colour_count = 7, most_lanes = 64;

std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.2f", value);
    return text;
}

// The functions that ran longest have colours of their own, the others share one.
std::map<std::string, std::size_t> colours_of(const trace_figures& figures) {
    std::map<std::string, std::size_t> all;
    for (std::size_t i = 0; i < figures.functions.size(); ++i)
        all[figures.functions[i].name] = std::min(i, colour_count - 1);
    return all;
}

class picture {
public:
    picture(const trace_figures& figures, double from, double to)
        : colour_(colours_of(figures)), from_(from), to_(std::max(to, from + 1e-9)) {}

    void lane_of(const worker_figures& worker, const traced_process& process,
                 const std::vector<const traced_task*>& tasks) {
        svg_ += "<g class=\"lane\"><text x=\"" + number_text(left - 8) + "\" y=\"" + number_text(y_ + lane / 2 + 4) +
                "\" text-anchor=\"end\">" + escaped(short_of(worker.name)) + "</text><rect x=\"" + number_text(left) +
                "\" y=\"" + number_text(y_ + 3) + "\" width=\"" + number_text(plot) + "\" height=\"" +
                number_text(lane - 6) + "\" fill=\"var(--wash)\"/>";
        if (process.started >= 0 && process.ready > process.started)
            box(process.started, process.ready, "start", "starting: " + quantity(process.ready - process.started, "s"));
        std::vector<double> busy(static_cast<std::size_t>(plot), 0.0);
        for (const auto* task : tasks) draw(*task, busy);
        columns(busy);
        if (process.ended >= 0 && process.ended >= from_ && process.ended <= to_)
            svg_ += "<line x1=\"" + x(process.ended) + "\" x2=\"" + x(process.ended) + "\" y1=\"" +
                    number_text(y_ + 1) + "\" y2=\"" + number_text(y_ + lane - 1) +
                    "\" stroke=\"var(--soft)\"><title>ended</title></line>";
        svg_ += "</g>\n";
        y_ += lane;
    }

    void counts(const std::string& pool, const std::vector<traced_count>& all) {
        double most = 1;
        for (const auto& one : all) most = std::max(most, one.tasks);
        const double base = y_ + counts_height - 4, high = counts_height - 12;
        std::string path = "M" + number_text(left) + "," + number_text(base);
        double level = 0, drawn = left;
        const auto height = [&](double tasks) { return number_text(base - high * tasks / most); };
        for (const auto& one : all) {
            const double place = std::clamp(at(one.at), left, left + plot);
            if (place - drawn >= 0.5 || one.tasks == 0 || one.tasks == most) {
                path +=
                    "L" + number_text(place) + "," + height(level) + "L" + number_text(place) + "," + height(one.tasks);
                drawn = place;
            }
            level = one.tasks;
        }
        path += "L" + number_text(left + plot) + "," + height(level) + "L" + number_text(left + plot) + "," +
                number_text(base) + "Z";
        svg_ += "<g><text x=\"" + number_text(left - 8) + "\" y=\"" + number_text(base - high / 2 + 4) +
                "\" text-anchor=\"end\">waiting in " + escaped(short_of(pool)) + "</text><path class=\"waits\" d=\"" +
                path + "\"><title>at most " + number(most) + " tasks waited</title></path><text class=\"tick\" x=\"" +
                number_text(left + plot - 2) + "\" y=\"" + number_text(base - high - 1) + "\" text-anchor=\"end\">" +
                std::to_string(std::lround(most)) + "</text></g>\n";
        y_ += counts_height;
    }

    std::string finish(const std::string& label) {
        std::string ticks;
        const double step = tick_step();
        for (double time = std::ceil(from_ / step) * step; time <= to_ + step * 1e-6; time += step)
            ticks += "<line x1=\"" + x(time) + "\" x2=\"" + x(time) + "\" y1=\"" + number_text(top) + "\" y2=\"" +
                     number_text(y_ + 4) + "\" stroke=\"var(--line)\"/><text class=\"tick\" x=\"" + x(time) +
                     "\" y=\"" + number_text(y_ + 18) + "\" text-anchor=\"middle\">" +
                     (std::abs(time) < step / 2 ? "0" : escaped(quantity(time, "s"))) + "</text>";
        return "<svg class=\"timeline\" viewBox=\"0 0 " + number_text(left + plot + right + 30) + " " +
               number_text(y_ + axis) + "\" role=\"img\" aria-label=\"" + escaped(label) + "\">\n" + ticks + "\n" +
               svg_ + "</svg>\n";
    }

private:
    static std::string short_of(const std::string& name) {
        return name.size() <= 26 ? name : name.substr(0, 12) + "..." + name.substr(name.size() - 11);
    }
    double at(double time) const { return left + plot * (time - from_) / (to_ - from_); }
    std::string x(double time) const { return number_text(at(time)); }

    double tick_step() const {
        const double rough = (to_ - from_) / 8;
        const double power = std::pow(10.0, std::floor(std::log10(rough)));
        for (const double factor : {1.0, 2.0, 5.0})
            if (power * factor >= rough) return power * factor;
        return power * 10;
    }

    void box(double begin, double end, const std::string& kind, const std::string& title) {
        const double first = std::max(at(begin), left), last = std::min(at(end), left + plot);
        if (last <= first) return;
        svg_ += "<rect class=\"" + kind + "\" x=\"" + number_text(first) + "\" y=\"" + number_text(y_ + 3) +
                "\" width=\"" + number_text(std::max(last - first, 0.4)) + "\" height=\"" + number_text(lane - 6) +
                "\">" + (title.empty() ? "" : "<title>" + escaped(title) + "</title>") + "</rect>";
    }

    static std::string words_of(const traced_task& task) {
        std::string words = task.name + ": " + quantity(task.length(), "s") + " (ran " + quantity(task.running, "s") +
                            "), at " + quantity(task.begin, "s");
        if (task.waited > 0) words += ", waited " + quantity(task.waited, "s");
        if (task.bytes_in + task.bytes_out > 0)
            words += ", " + bytes_text(task.bytes_in) + " in, " + bytes_text(task.bytes_out) + " out";
        if (task.elements > 0) words += ", " + number(task.elements) + " elements";
        if (!task.outcome.empty()) words += "; " + task.outcome;
        return words;
    }

    void draw(const traced_task& task, std::vector<double>& busy) {
        if (task.end < from_ || task.begin > to_) return;
        const double first = at(task.begin) - left, last = at(task.end) - left;
        const bool failed = !task.outcome.empty() && task.outcome != "ok";
        if (last - first >= narrowest || failed) {
            box(task.begin, task.end, failed ? "failed" : "c" + std::to_string(colour_.at(task.name)), words_of(task));
            const double work = at(task.begin + task.reading), done = work + (task.running * plot / (to_ - from_));
            if (work - left - first > 1) part(first + left, work);
            if (last + left - done > 1 && task.result > 0) part(done, last + left);
            return;
        }
        const double end = std::clamp(last, 0.0, plot);
        for (double place = std::max(0.0, first); place < end;) {
            const double next = std::min(std::floor(place) + 1, end);
            const auto column = std::min(static_cast<std::size_t>(place), busy.size() - 1);
            busy[column] += next - place;
            place = next;
        }
    }

    // Moving of arguments and results, over the task's box.
    void part(double first, double last) {
        first = std::max(first, left);
        last = std::min(last, left + plot);
        if (last > first)
            svg_ += "<rect class=\"moving\" x=\"" + number_text(first) + "\" y=\"" + number_text(y_ + lane - 9) +
                    "\" width=\"" + number_text(last - first) + "\" height=\"6\"/>";
    }

    // As high as the share of the time; equal neighbours are one.
    void columns(const std::vector<double>& busy) {
        std::string path;
        const double base = y_ + lane - 3, high = lane - 6;
        for (std::size_t i = 0; i < busy.size();) {
            const auto level = std::lround(std::min(1.0, busy[i]) * 20);
            std::size_t end = i + 1;
            while (end < busy.size() && std::lround(std::min(1.0, busy[end]) * 20) == level) ++end;
            if (level > 0)
                path += "M" + number_text(left + static_cast<double>(i)) + "," + number_text(base) + "v" +
                        number_text(-high * static_cast<double>(level) / 20) + "h" +
                        number_text(static_cast<double>(end - i)) + "v" +
                        number_text(high * static_cast<double>(level) / 20) + "z";
            i = end;
        }
        if (!path.empty()) svg_ += "<path class=\"many\" d=\"" + path + "\"><title>many short tasks</title></path>";
    }

    const std::map<std::string, std::size_t> colour_;
    const double from_, to_;
    double y_ = top;
    std::string svg_;
};

}  // namespace

std::string timeline(const traced_events& events, const trace_figures& figures, double from, double to) {
    picture all(figures, from, to);
    std::map<std::int64_t, std::vector<const traced_task*>> by_pid;
    for (const auto& task : events.tasks) by_pid[task.pid].push_back(&task);
    std::size_t shown = 0;
    for (const auto& worker : figures.workers) {
        if (++shown > most_lanes) break;
        const auto found = events.processes.find(worker.pid);
        all.lane_of(worker, found == events.processes.end() ? traced_process{} : found->second, by_pid[worker.pid]);
    }
    for (const auto& [pool, counts] : events.counts) all.counts(pool, counts);
    return all.finish("timeline from " + quantity(from, "s") + " to " + quantity(to, "s"));
}

std::string legend(const trace_figures& figures) {
    std::string html = "<p class=\"legend\">";
    for (std::size_t i = 0; i < std::min(colour_count, figures.functions.size()); ++i) {
        const bool rest = i == colour_count - 1 && figures.functions.size() > colour_count;
        html += "<span><i class=\"c" + std::to_string(i) + "\"></i>" +
                escaped(rest ? "others" : figures.functions[i].name) + "</span> ";
    }
    return html +
           "<span><i class=\"many\"></i>many short tasks</span> <span><i class=\"moving\"></i>moving data</span> "
           "<span><i class=\"start\"></i>starting</span> <span><i class=\"failed\"></i>failed</span></p>\n";
}

}  // namespace tool
