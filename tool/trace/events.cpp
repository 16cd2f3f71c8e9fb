// SPDX-License-Identifier: MIT
#include "trace/events.hpp"

#include "layout.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace tool {
namespace {

using nlohmann::json;

constexpr double micro = 1e-6;
constexpr int deepest = 64;
constexpr std::size_t longest_line = std::size_t{1} << 20, largest_whole = std::size_t{512} << 20, longest_name = 200;

std::runtime_error useless(const std::string& path, const std::string& why) {
    return std::runtime_error("'" + path + "' is no trace: " + why);
}

// Refuses nesting before the parser builds it. Null when it is no JSON.
json parse(std::string_view text) {
    try {
        return json::parse(text, [](int depth, json::parse_event_t, json&) {
            if (depth > deepest) throw std::runtime_error("nested too deep");
            return true;
        });
    } catch (const std::exception&) {
        return nullptr;
    }
}

std::optional<double> number_in(const json& event, const char* key) {
    const auto found = event.find(key);
    if (found == event.end() || !found->is_number()) return std::nullopt;
    const double value = found->get<double>();
    return std::isfinite(value) && std::abs(value) < 1e18 ? std::optional(value) : std::nullopt;
}
std::int64_t id_in(const json& event, const char* key) {
    return static_cast<std::int64_t>(number_in(event, key).value_or(0));
}
std::string text_in(const json& event, const char* key) {
    const auto found = event.find(key);
    if (found == event.end() || !found->is_string()) return {};
    return found->get<std::string>().substr(0, longest_name);
}
double seconds_in(const json& event, const char* key) {
    return std::max(0.0, number_in(event, key).value_or(0)) * micro;
}

// Takes events one by one, in whatever order they stand.
class collector {
public:
    void add(const json& event) {
        if (!event.is_object() || !event.contains("ph")) {
            ++all_.unreadable;
            return;
        }
        const std::string phase = text_in(event, "ph"), name = text_in(event, "name");
        static const json none = json::object();
        const auto found = event.find("args");
        const json& arguments = found != event.end() && found->is_object() ? *found : none;
        if (phase == "M") return add_name(event, name, arguments);
        const auto at = number_in(event, "ts");
        if (!at) {
            ++all_.unreadable;
            return;
        }
        const double begin = *at * micro;
        if (phase == "X") add_slice(event, name, arguments, begin);
        if (phase == "B") open_[{id_in(event, "pid"), id_in(event, "tid")}].push_back({name, begin});
        if (phase == "E") add_end(event, begin);
        if (phase == "i" || phase == "I") add_instant(event, name, arguments, begin);
        if (phase == "C" && name.starts_with("tasks that wait in "))
            all_.counts[name.substr(19)].push_back({seen(begin), number_in(arguments, "tasks").value_or(0)});
    }

    traced_events finish() {
        if (!all_.of_brood) all_.tasks = outermost();
        std::sort(all_.tasks.begin(), all_.tasks.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; });
        if (first_ > last_) first_ = last_ = 0;
        for (const auto& each : all_.tasks) {
            auto& ready = all_.processes[each.pid].ready;  // the pool may hear of it later than of the first task
            if (ready > each.begin) ready = each.begin;
        }
        for (auto& each : all_.tasks) {
            each.begin -= first_;
            each.end -= first_;
        }
        for (auto& [pid, process] : all_.processes)
            for (double* time : {&process.started, &process.ready, &process.ended})
                if (*time >= 0) *time -= first_;
        for (auto& [pool, counts] : all_.counts)
            for (auto& each : counts) each.at -= first_;
        all_.length = last_ - first_;
        return std::move(all_);
    }
    std::size_t unreadable() const { return all_.unreadable; }
    void cut_short() { all_.whole = false; }

private:
    struct begun {
        std::string name;
        double at;
    };

    double seen(double at) {
        first_ = std::min(first_, at);
        last_ = std::max(last_, at);
        return at;
    }

    void add_name(const json& event, const std::string& name, const json& arguments) {
        if (name == "brood_session") all_.of_brood = true;
        if (name == "process_name") all_.processes[id_in(event, "pid")].name = text_in(arguments, "name");
    }

    void add_slice(const json& event, const std::string& name, const json& arguments, double begin) {
        const double length = seconds_in(event, "dur");
        seen(begin);
        seen(begin + length);
        if (name == "read result") all_.results_read += length;
        if (!arguments.contains("outcome")) {
            if (!all_.of_brood) slices_.push_back(plain(event, name, begin, begin + length));
            return;
        }
        all_.of_brood = true;
        traced_task task = plain(event, name, begin, begin + length);
        task.pool = text_in(arguments, "pool");
        task.outcome = text_in(arguments, "outcome");
        task.waited = seconds_in(arguments, "waited_us");
        task.arguments = seconds_in(arguments, "arguments_us");
        task.reading = seconds_in(arguments, "read_us");
        task.running = seconds_in(arguments, "run_us");
        task.result = seconds_in(arguments, "result_us");
        task.bytes_in = std::max(0.0, number_in(arguments, "bytes_in").value_or(0));
        task.bytes_out = std::max(0.0, number_in(arguments, "bytes_out").value_or(0));
        task.elements = std::max(0.0, number_in(arguments, "elements").value_or(0));
        ++all_.ends[task.outcome];
        all_.processes[task.pid].worker = true;
        all_.tasks.push_back(std::move(task));
    }

    static traced_task plain(const json& event, const std::string& name, double begin, double end) {
        traced_task task;
        task.name = name.empty() ? "(no name)" : name;
        task.pid = id_in(event, "pid");
        task.thread = id_in(event, "tid");
        task.begin = begin;
        task.end = end;
        task.running = end - begin;
        return task;
    }

    void add_end(const json& event, double at) {
        auto& line = open_[{id_in(event, "pid"), id_in(event, "tid")}];
        if (line.empty()) {
            ++all_.unreadable;
            return;
        }
        const begun start = std::move(line.back());
        line.pop_back();
        seen(start.at);
        slices_.push_back(plain(event, start.name, start.at, std::max(seen(at), start.at)));
    }

    void add_instant(const json& event, const std::string& name, const json& arguments, double at) {
        seen(at);
        if (arguments.contains("outcome")) ++all_.ends[text_in(arguments, "outcome")];
        auto& process = all_.processes[id_in(event, "pid")];
        if (name == "worker starts") process.started = at;
        if (name == "worker ready") process.ready = at;
        if (name.starts_with("worker ended")) process.ended = at;
        if (name == "worker starts") process.worker = true;
    }

    // Slices that lie in another one of the same thread are parts of it.
    std::vector<traced_task> outermost() {
        std::sort(slices_.begin(), slices_.end(),
                  [](const auto& a, const auto& b) { return a.begin != b.begin ? a.begin < b.begin : a.end > b.end; });
        std::map<std::pair<std::int64_t, std::int64_t>, double> covered;
        std::vector<traced_task> kept;
        for (auto& slice : slices_) {
            const auto [line, is_new] = covered.try_emplace({slice.pid, slice.thread}, -1.0);
            if (!is_new && slice.end <= line->second) continue;
            line->second = slice.end;
            all_.processes[slice.pid].worker = true;
            kept.push_back(std::move(slice));
        }
        return kept;
    }

    traced_events all_;
    std::vector<traced_task> slices_;
    std::map<std::pair<std::int64_t, std::int64_t>, std::vector<begun>> open_;
    double first_ = std::numeric_limits<double>::max(), last_ = std::numeric_limits<double>::lowest();
};

std::string_view trimmed(std::string_view line) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = line.find_first_not_of(blanks);
    if (first == line.npos) return {};
    return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

// An array with one event a line. Nothing when it is another form of JSON.
std::optional<traced_events> read_lines(std::istream& file) {
    collector all;
    bool closed = false, damaged = false, any = false;
    for (std::string line; std::getline(file, line);) {
        std::string_view text = trimmed(line);
        if (!any && text.starts_with("[")) text = trimmed(text.substr(1));
        if (text.starts_with("]")) {
            closed = true;
            text = trimmed(text.substr(1));
        }
        if (text.ends_with(",")) text = trimmed(text.substr(0, text.size() - 1));
        if (text.starts_with(",")) text = trimmed(text.substr(1));
        if (text.empty()) continue;
        if (damaged) return std::nullopt;  // only the last line may be
        const json event = text.size() <= longest_line && text.front() == '{' ? parse(text) : json();
        damaged = event.is_null();
        if (damaged && !any) return std::nullopt;
        any = true;
        if (!damaged) all.add(event);
    }
    if (!any) return std::nullopt;
    if (!closed || damaged) all.cut_short();
    return all.finish();
}

traced_events read_whole(const std::string& path, std::istream& file) {
    file.clear();
    file.seekg(0, std::ios::end);
    const auto size = static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg()));
    if (size > largest_whole) throw useless(path, "it is too large for JSON that does not have one event a line");
    std::string text(size, '\0');
    file.seekg(0);
    file.read(text.data(), static_cast<std::streamsize>(size));
    const json whole = parse(text);
    if (whole.is_null()) throw useless(path, "it is not JSON, or what is left of it is not");
    const json* events = &whole;
    if (whole.is_object()) {
        const auto found = whole.find("traceEvents");
        if (found == whole.end()) throw useless(path, "it is JSON without the list \"traceEvents\"");
        events = &*found;
    }
    if (!events->is_array()) throw useless(path, "its events are no list");
    collector all;
    for (const json& event : *events) all.add(event);
    return all.finish();
}

}  // namespace

traced_events read_trace(const std::string& path) {
    const auto place = from_utf8(path);
    std::error_code ignored;
    if (std::filesystem::is_directory(place, ignored)) throw std::runtime_error("'" + path + "' is a folder");
    std::ifstream file(place, std::ios::binary);
    if (!file) throw std::runtime_error("there is no file '" + path + "', or it cannot be read");
    if (file.peek() == std::ifstream::traits_type::eof()) throw useless(path, "it is empty");
    auto events = read_lines(file);
    if (!events) events = read_whole(path, file);
    if (events->tasks.empty() && events->ends.empty())
        throw std::runtime_error(
            "'" + path + "' tells of no task" +
            (events->of_brood ? ": no pool ran one while it was written" : ": nothing in it has a begin and an end"));
    return std::move(*events);
}

}  // namespace tool
