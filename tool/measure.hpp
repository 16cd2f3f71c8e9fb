// SPDX-License-Identifier: MIT
// Rows of the benchmark, and how they are measured: turn by turn with what they are compared with, so that a change of
// the machine's speed during the run hits both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace tool {

// How a row stands beside another one.
struct relation {
    enum class kind { ratio, difference, itself } what = kind::ratio;
    std::string to;                // "name" or "name method" of the other row; empty for `itself`
    double value = 0;              // ratio of the medians, or their difference, or the row's own median
    std::optional<double> target;  // what it should be
    bool at_least = false;         // the target is a lower bound
};

struct row {
    std::string name;
    std::string start_method;  // empty where there is none
    std::string unit;          // "s", "MB/s", "messages/s", "bytes"
    std::vector<double> samples;
    std::optional<relation> beside;
    std::string group = {};  // the heading that it stands under

    std::string id() const { return start_method.empty() ? name : name + " " + start_method; }
    double median() const;
    double low() const;   // a quarter of the samples is below, the least one when there are few
    double high() const;  // a quarter is above
    double min() const;
    double max() const;
};

// One thing to measure: `once` gives one sample.
struct contender {
    std::string name;
    std::string start_method;
    std::string unit;
    std::function<double()> once;
    std::optional<relation> beside;  // without its value
    std::string id() const { return start_method.empty() ? name : name + " " + start_method; }
};

// A row beside the same one of an earlier run.
struct comparison_row {
    std::string id, unit;
    double before = 0, now = 0;
    enum class verdict : std::uint8_t { same, faster, slower } what = verdict::same;
    double change() const { return before == 0 ? 0 : now / before - 1; }
};

// What the user asked for, and what was found out so far.
struct session {
    std::size_t runs = 100;
    std::optional<std::regex> filter;
    std::vector<row> rows;
    std::vector<std::string> notes;                         // why something was not measured
    std::vector<comparison_row> compared;                   // with an earlier run
    std::function<void(const std::string&)> tell_progress;  // what is measured now

    bool wants(const std::string& id) const { return !filter || std::regex_search(id, *filter); }
    // Bulk and compiler rows take long: fewer runs.
    std::size_t few_runs() const { return runs >= 50 ? runs / 10 : runs < 3 ? runs : 3; }
};

// Seconds that it takes.
double seconds_of(const std::function<void()>& work);

// Measures those that are wanted, and what they are compared with, round by round after one round of warming up. A
// contender that throws is left out, with a note.
void race(session& now, std::vector<contender> contenders, std::size_t runs);
// Measures what belongs under one heading.
void measure_group(session& now, const std::string& title, const std::function<void()>& measure);
// Sets the value of the row's relation to `other`.
void relate(row& one, const row& other);

}  // namespace tool
