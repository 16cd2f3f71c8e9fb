// SPDX-License-Identifier: MIT
#include "bench_compare.hpp"

#include "layout.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

namespace tool {
namespace {

using nlohmann::json;

constexpr std::size_t largest_file = std::size_t{64} << 20, deepest = 64;

std::runtime_error useless(const std::string& path, const std::string& why) {
    return std::runtime_error("'" + path + "' is no result of 'brood bench --format json': " + why);
}

double number_at(const json& row, const char* key) {
    const double value = row.at(key).get<double>();
    if (!std::isfinite(value)) throw std::runtime_error("a number that is none");
    return value;
}

old_row to_old_row(const json& row) {
    old_row one;
    const std::string method = row.at("start_method").get<std::string>();
    one.id = row.at("name").get<std::string>() + (method.empty() ? "" : " " + method);
    one.unit = row.at("unit").get<std::string>();
    one.runs = static_cast<std::size_t>(std::clamp(number_at(row, "runs"), 0.0, 1e9));
    one.median = number_at(row, "median");
    one.low = number_at(row, row.contains("low") ? "low" : "min");
    one.high = number_at(row, row.contains("high") ? "high" : "max");
    return one;
}

// Refuses nesting before the parser builds it.
json parse_flat(const std::string& text) {
    return json::parse(text, [](int depth, json::parse_event_t, json&) {
        if (depth > static_cast<int>(deepest)) throw std::runtime_error("nested too deep");
        return true;
    });
}

bool is_rate(const std::string& unit) { return unit.ends_with("/s"); }

comparison_row compare(const row& now, const old_row& before) {
    comparison_row one{now.id(), now.unit, before.median, now.median(), comparison_row::verdict::same};
    constexpr double noise = 0.05;
    constexpr std::size_t fewest = 3;  // one sample says nothing about noise
    if (std::abs(one.change()) <= noise || now.samples.size() < fewest || before.runs < fewest) return one;
    const bool above = now.low() > before.high, below = now.high() < before.low;
    if (above || below)
        one.what = above == is_rate(now.unit) ? comparison_row::verdict::faster : comparison_row::verdict::slower;
    return one;
}

}  // namespace

std::vector<old_row> read_old_rows(const std::string& path) {
    std::error_code failed;
    const auto file = from_utf8(path);
    if (!std::filesystem::is_regular_file(file, failed)) throw std::runtime_error("there is no file '" + path + "'");
    if (std::filesystem::file_size(file, failed) > largest_file) throw useless(path, "it is too large");
    try {
        const json whole = parse_flat(read_text(file));
        if (!whole.is_array()) throw std::runtime_error("it is no list");
        std::vector<old_row> rows;
        for (const json& row : whole) rows.push_back(to_old_row(row));
        return rows;
    } catch (const json::exception& error) {
        const std::string text = error.what();  // "[json.exception.type_error.302] type must be..."
        const auto end = text.find("] ");
        throw useless(path, text.substr(end == text.npos ? 0 : end + 2));
    } catch (const std::runtime_error& error) {
        throw useless(path, error.what());
    }
}

std::vector<comparison_row> compare_rows(const session& now, const std::vector<old_row>& before) {
    std::vector<comparison_row> all;
    for (const row& one : now.rows) {
        const auto old = std::find_if(before.begin(), before.end(), [&](const old_row& other) {
            return other.id == one.id() && other.unit == one.unit;
        });
        if (old != before.end()) all.push_back(compare(one, *old));
    }
    return all;
}

}  // namespace tool
