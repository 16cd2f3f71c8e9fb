// SPDX-License-Identifier: MIT
#include "bench_report.hpp"

#include "quantity.hpp"

#include <brood/native/limits.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tool {
namespace {

// The colour says whether the target was reached.
std::string painted_beside(const row& one, const style& look) {
    const std::string text = beside_text(one);
    if (!one.beside || !one.beside->target) return text;
    return look.paint(reached(*one.beside) ? ink::green : ink::yellow, text);
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
    return std::all_of(done.rows.begin(), done.rows.end(),
                       [&](const row& one) { return table_width + 2 + display_width(beside_text(one)) <= look.width; });
}

std::string row_text(const row& one, const style& look, bool on_one_line) {
    const auto say = [&](double value) { return quantity(value, one.unit); };
    std::string text = line(one.name, one.start_method,
                            {say(one.median()), say(one.min()), say(one.max()), std::to_string(one.samples.size())});
    const std::string beside = painted_beside(one, look);
    if (beside.empty()) return text + "\n";
    return text + (on_one_line ? "  " : "\n    ") + beside + "\n";
}

std::string compared_text(const session& done, const style& look) {
    if (done.compared.empty()) return "";
    std::string text = "\n" + look.paint(ink::bold, "Beside the earlier run") + "\n";
    std::size_t same = 0;
    for (const comparison_row& one : done.compared) {
        if (one.what == comparison_row::verdict::same) {
            ++same;
            continue;
        }
        const bool slower = one.what == comparison_row::verdict::slower;
        text += pad_right(one.id, name_width + method_width) + pad_left(quantity(one.before, one.unit), value_width) +
                " -> " + pad_right(quantity(one.now, one.unit), value_width) + " " +
                look.paint(slower ? ink::red : ink::green, verdict_text(one)) + "\n";
    }
    return text + std::to_string(same) + " of " + std::to_string(done.compared.size()) +
           " rows are the same but for noise\n";
}

}  // namespace

bool reached(const relation& beside) {
    return beside.at_least ? beside.value >= *beside.target : beside.value <= *beside.target;
}

std::string beside_text(const row& one) {
    if (!one.beside) return "";
    const relation& beside = *one.beside;
    const bool ratio = beside.what == relation::kind::ratio;
    const auto say = [&](double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%.2f", value);
        return ratio ? std::string(text) : quantity(value, one.unit);
    };
    std::string text;
    if (ratio) text = say(beside.value) + " x " + beside.to;
    if (beside.what == relation::kind::difference)
        text = (beside.value < 0 ? "" : "+") + say(beside.value) + " over " + beside.to;
    if (!beside.target) return text;
    return text + (text.empty() ? "" : " ") + "(target " + (beside.at_least ? "at least " : "") + say(*beside.target) +
           ")";
}

std::string verdict_text(const comparison_row& one) {
    const bool slower = one.what == comparison_row::verdict::slower;
    const std::string word = one.unit == "bytes" ? (slower ? "larger" : "smaller") : (slower ? "slower" : "faster");
    return word + " by " + number(std::abs(one.change()) * 100) + " %";
}

std::vector<std::string> break_even_sentences(const session& done) {
    std::vector<std::string> sentences;
    for (const row& one : done.rows)
        if (one.name.starts_with("break_even."))
            sentences.push_back("Under " + one.start_method + ", a task below " + quantity(one.median(), one.unit) +
                                " is done sooner in the parent than in a process of its own.");
    return sentences;
}

std::string as_text(const session& done, const style& look) {
    std::string text = look.paint(ink::bold, line("", "", {"median", "min", "max", "runs"})) + "\n";
    const bool on_one_line = fits_beside(done, look);
    std::string group;
    for (const row& one : done.rows) {
        if (one.group != group) text += (group.empty() ? "" : "\n") + look.paint(ink::bold, one.group) + "\n";
        group = one.group;
        text += row_text(one, look, on_one_line);
    }
    text += compared_text(done, look);
    const auto sentences = break_even_sentences(done);
    if (!sentences.empty() || !done.notes.empty()) text += "\n";
    for (const std::string& line : sentences) text += paragraph(look, line);
    for (const std::string& note : done.notes) text += paragraph(look, "note: " + note);
    if (const std::string layer = brood::native::compatibility_layer(); !layer.empty())
        text += look.paint(ink::yellow, "This is " + layer + ": its timings mean nothing for Windows.") + "\n";
    return text;
}

namespace {

void add_comparison(nlohmann::ordered_json& entry, const session& done, const std::string& id) {
    static constexpr const char* words[] = {"same", "faster", "slower"};
    for (const comparison_row& one : done.compared) {
        if (one.id != id) continue;
        entry["before"] = one.before;
        entry["compared"] = words[static_cast<std::size_t>(one.what)];
    }
}

}  // namespace

std::string as_json(const session& done) {
    auto list = nlohmann::ordered_json::array();
    for (const row& one : done.rows) {
        nlohmann::ordered_json entry = {{"name", one.name},       {"start_method", one.start_method},
                                        {"group", one.group},     {"unit", one.unit},
                                        {"median", one.median()}, {"low", one.low()},
                                        {"high", one.high()},     {"min", one.min()},
                                        {"max", one.max()},       {"runs", one.samples.size()}};
        if (one.beside) {
            const std::string key = one.beside->what == relation::kind::ratio ? "ratio" : "difference";
            if (one.beside->what != relation::kind::itself) {
                entry[key] = one.beside->value;
                entry[key + "_to"] = one.beside->to;
            }
            if (one.beside->target) entry["target"] = *one.beside->target;
        }
        add_comparison(entry, done, one.id());
        list.push_back(std::move(entry));
    }
    return list.dump(2) + "\n";
}

}  // namespace tool
