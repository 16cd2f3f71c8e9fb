// SPDX-License-Identifier: MIT
#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

namespace tool {
namespace {

bool has_row(const session& now, const std::string& id) {
    return std::any_of(now.rows.begin(), now.rows.end(), [&](const row& one) { return one.id() == id; });
}

bool compared_with(const std::vector<contender>& wanted, const std::string& id) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const contender& one) { return one.beside && one.beside->to == id; });
}

// The wanted ones, and what these are compared with.
std::vector<contender> choose(const session& now, const std::vector<contender>& all) {
    std::vector<contender> chosen;
    for (const contender& one : all)
        if (now.wants(one.id())) chosen.push_back(one);
    const std::vector<contender> wanted = chosen;
    for (const contender& one : all)
        if (!now.wants(one.id()) && compared_with(wanted, one.id())) chosen.insert(chosen.begin(), one);
    return chosen;
}

bool sample(session& now, const contender& one, std::vector<double>* into) {
    try {
        const double value = one.once();
        if (into != nullptr) into->push_back(value);
        return true;
    } catch (const std::exception& error) {
        now.notes.push_back(one.id() + ": not measured: " + error.what());
        return false;
    }
}

// Leaves out those that cannot run at all.
void warm_up(session& now, std::vector<contender>& contenders) {
    std::erase_if(contenders, [&](const contender& one) { return !sample(now, one, nullptr); });
}

void report(session& now, std::vector<row> measured) {
    for (row& one : measured) {
        if (!one.beside) continue;
        const std::string to = one.beside->what == relation::kind::itself ? one.id() : one.beside->to;
        const auto other = std::find_if(measured.begin(), measured.end(), [&](const row& r) { return r.id() == to; });
        if (other != measured.end() && !other->samples.empty())
            relate(one, *other);
        else
            one.beside.reset();  // it could not be measured here
    }
    for (row& one : measured)
        if (!one.samples.empty() && !has_row(now, one.id())) now.rows.push_back(std::move(one));
}

}  // namespace

double row::median() const {
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t middle = sorted.size() / 2;
    return sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

double row::low() const {
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() / 4];
}

double row::high() const {
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    return sorted[sorted.size() - 1 - sorted.size() / 4];
}

double row::min() const { return *std::min_element(samples.begin(), samples.end()); }
double row::max() const { return *std::max_element(samples.begin(), samples.end()); }

double seconds_of(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void relate(row& one, const row& other) {
    if (other.samples.empty() || one.samples.empty()) return;
    switch (one.beside->what) {
        case relation::kind::ratio: one.beside->value = one.median() / other.median(); break;
        case relation::kind::difference: one.beside->value = one.median() - other.median(); break;
        case relation::kind::itself: one.beside->value = one.median(); break;
    }
}

void measure_group(session& now, const std::string& title, const std::function<void()>& measure) {
    const std::size_t before = now.rows.size();
    measure();
    for (std::size_t i = before; i < now.rows.size(); ++i) now.rows[i].group = title;
}

void race(session& now, std::vector<contender> contenders, std::size_t runs) {
    contenders = choose(now, contenders);
    if (contenders.empty()) return;
    now.tell_progress(contenders.back().id());
    warm_up(now, contenders);
    std::vector<row> measured;
    for (const contender& one : contenders) measured.push_back({one.name, one.start_method, one.unit, {}, one.beside});
    for (std::size_t i = 0; i < runs; ++i)
        for (std::size_t c = 0; c < contenders.size(); ++c) sample(now, contenders[c], &measured[c].samples);
    report(now, std::move(measured));
}

}  // namespace tool
