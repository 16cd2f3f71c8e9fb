// SPDX-License-Identifier: MIT
// From which length on a task is done sooner by a process of its own: found by running tasks of ever more fitting
// lengths both ways.
#include "bench_groups.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace tool {
namespace {

// Work that takes as long as it is told, whatever else runs: so many steps, not so much time.
std::uint64_t work(std::uint64_t steps) {
    std::uint64_t state = steps;
    for (std::uint64_t i = 0; i < steps; ++i) state = state * 6364136223846793005u + 1442695040888963407u;
    return state;
}

// The compiler must not see that the result is not used.
volatile std::uint64_t sink = 0;

double steps_per_second() {
    constexpr std::uint64_t steps = 2'000'000;
    double best = 0;
    for (int i = 0; i < 3; ++i) best = std::max(best, steps / seconds_of([] { sink = work(steps); }));
    return best;
}

struct race_of_tasks {
    brood::start_method method;
    std::size_t at_once;  // as many as there are cores
    double speed;         // steps a second

    // How much longer the processes take than the parent alone; below 1 they are sooner done.
    double ratio(double task_seconds) const {
        const auto steps = static_cast<std::uint64_t>(task_seconds * speed);
        constexpr int rounds = 3;  // the best one counts: others may want the cores now and then
        double alone = 1e9, together = 1e9;
        for (int round = 0; round < rounds; ++round) {
            alone = std::min(alone, seconds_of([&] {
                                 for (std::size_t i = 0; i < at_once; ++i) sink = work(steps);
                             }));
            together = std::min(together, seconds_of([&] { run_together(steps); }));
        }
        return together / alone;
    }

    void run_together(std::uint64_t steps) const {
        std::vector<brood::future<std::uint64_t>> tasks;
        for (std::size_t i = 0; i < at_once; ++i) tasks.push_back(brood::async({.start_method = method}, work, steps));
        for (auto& task : tasks) sink = task.get();
    }
};

// The length at which both take as long, in seconds.
double break_even(const race_of_tasks& tasks) {
    constexpr double longest = 0.2;
    double shorter = 1e-5, longer = 1e-4;
    while (tasks.ratio(longer) > 1) {
        shorter = longer;
        longer *= 4;
        if (longer > longest)
            throw std::runtime_error("no task of up to 0.1 s gets faster by processes now; are the cores busy?");
    }
    for (int step = 0; step < 5; ++step) {
        const double middle = std::sqrt(shorter * longer);
        (tasks.ratio(middle) > 1 ? shorter : longer) = middle;
    }
    return std::sqrt(shorter * longer);
}

}  // namespace

void measure_break_even(session& now) {
    const std::size_t cores = brood::cpu_count();
    constexpr std::size_t usual = 3;  // each search takes a second or so
    for (const auto method : brood::available_start_methods()) {
        row one{"break_even.async", std::string(brood::to_string(method)), "s", {}, {}};
        if (!now.wants(one.id())) continue;
        now.tell_progress(one.id());
        try {
            if (cores < 2) throw std::runtime_error("with one core no task gets faster by a process");
            const race_of_tasks tasks{method, cores, steps_per_second()};
            tasks.run_together(1);  // the first one starts the fork server, too
            for (std::size_t i = 0; i < (now.runs < 10 ? 1 : usual); ++i) one.samples.push_back(break_even(tasks));
            now.rows.push_back(std::move(one));
        } catch (const std::exception& error) {
            now.notes.push_back(one.id() + ": not measured: " + error.what());
        }
    }
}

}  // namespace tool
