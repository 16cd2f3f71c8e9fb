// SPDX-License-Identifier: MIT
#include "bench_report.hpp"

#include <brood/native/limits.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tool {
namespace {

// Three significant digits.
std::string number(double value) {
    char text[32];
    const int digits = value == 0 ? 2 : std::clamp(2 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 3);
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

// In the unit in which it is easiest to read.
std::string quantity(double value, const std::string& unit) {
    const double size = std::abs(value);
    if (unit == "s")
        return size < 1e-3 ? number(value * 1e6) + " us"
               : size < 1  ? number(value * 1e3) + " ms"
                           : number(value) + " s";
    if (unit == "bytes") return size < 1 << 20 ? number(value / 1024) + " KiB" : number(value / (1 << 20)) + " MiB";
    if (unit == "MB/s") return size < 1000 ? number(value) + " MB/s" : number(value / 1000) + " GB/s";
    if (unit == "messages/s") return value < 1e6 ? number(value / 1e3) + " k/s" : number(value / 1e6) + " M/s";
    return number(value) + " " + unit;
}

bool reached(const relation& beside) {
    return beside.at_least ? beside.value >= *beside.target : beside.value <= *beside.target;
}

std::string beside_text(const row& one, const style& look) {
    if (!one.beside) return "";
    const relation& beside = *one.beside;
    const bool ratio = beside.what == relation::kind::ratio;
    const auto say = [&](double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%.2f", value);
        return ratio ? std::string(text) : quantity(value, one.unit);
    };
    std::string text = ratio ? say(beside.value) + " x " + beside.to
                             : (beside.value < 0 ? "" : "+") + say(beside.value) + " over " + beside.to;
    if (!beside.target) return text;
    text += std::string(" (target ") + (beside.at_least ? "at least " : "") + say(*beside.target) + ")";
    return look.paint(reached(beside) ? ink::green : ink::yellow, text);
}

constexpr std::size_t name_width = 27, method_width = 11, value_width = 10, runs_width = 5;
constexpr std::size_t table_width = name_width + method_width + 3 * value_width + runs_width;

std::string line(const std::string& name, const std::string& method, const std::vector<std::string>& values) {
    std::string text = pad_right(name, name_width) + pad_right(method, method_width);
    for (const std::string& value : values)
        text += pad_left(value, &value == &values.back() ? runs_width : value_width);
    return text;
}

// Whether there is room for what every row is compared with on its own line.
bool fits_beside(const session& done, const style& look) {
    return std::all_of(done.rows.begin(), done.rows.end(), [&](const row& one) {
        return table_width + 2 + display_width(beside_text(one, look)) <= look.width;
    });
}

std::string row_text(const row& one, const style& look, bool on_one_line) {
    const auto say = [&](double value) { return quantity(value, one.unit); };
    std::string text = line(one.name, one.start_method,
                            {say(one.median()), say(one.min()), say(one.max()), std::to_string(one.samples.size())});
    const std::string beside = beside_text(one, look);
    if (beside.empty()) return text + "\n";
    return text + (on_one_line ? "  " : "\n    ") + beside + "\n";
}

}  // namespace

std::string as_text(const session& done, const style& look) {
    std::string text = look.paint(ink::bold, line("", "", {"median", "min", "max", "runs"})) + "\n";
    const bool on_one_line = fits_beside(done, look);
    for (const row& one : done.rows) text += row_text(one, look, on_one_line);
    for (const std::string& note : done.notes) text += paragraph(look, "note: " + note);
    if (const std::string layer = brood::native::compatibility_layer(); !layer.empty())
        text += look.paint(ink::yellow, "This is " + layer + ": its timings mean nothing for Windows.") + "\n";
    return text;
}

std::string as_json(const session& done) {
    auto list = nlohmann::ordered_json::array();
    for (const row& one : done.rows) {
        nlohmann::ordered_json entry = {{"name", one.name},          {"start_method", one.start_method},
                                        {"unit", one.unit},          {"median", one.median()},
                                        {"min", one.min()},          {"max", one.max()},
                                        {"runs", one.samples.size()}};
        if (one.beside) {
            const std::string key = one.beside->what == relation::kind::ratio ? "ratio" : "difference";
            entry[key] = one.beside->value;
            entry[key + "_to"] = one.beside->to;
            if (one.beside->target) entry["target"] = *one.beside->target;
        }
        list.push_back(std::move(entry));
    }
    return list.dump(2) + "\n";
}

}  // namespace tool
