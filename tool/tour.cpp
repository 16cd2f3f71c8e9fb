// SPDX-License-Identifier: MIT
#include "tour.hpp"

#include "columns.hpp"
#include "layout.hpp"
#include "refusal.hpp"
#include "run_program.hpp"
#include "scenarios.hpp"
#include "style.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <iostream>

namespace tool {
namespace {

using brood::start_method;

constexpr start_method methods[] = {start_method::fork, start_method::spawn, start_method::forkserver};

std::string who_sees(start_method method) {
    switch (method) {
        case start_method::fork: return "what Linux users used to see";
        case start_method::spawn: return "what Windows and macOS users see";
        case start_method::forkserver: break;
    }
    return "what children of a clean server see";
}

bool available(start_method method) {
    const auto all = brood::available_start_methods();
    return std::find(all.begin(), all.end(), method) != all.end();
}

// Runs the scenarios one after the other and keeps count.
class tour {
public:
    tour(const tour_options& options, const style& look) : options_(options), look_(look), where_(layout::here()) {}

    void show(const scenario& one, std::size_t number, std::size_t count);
    int finish() const;

private:
    void show_source(const scenario& one) const;
    void show_methods(const scenario& one);
    void show_refused(const scenario& one);
    column run(const scenario& one, start_method method);
    column judged(const scenario& one, start_method method, const program_output& output);

    const tour_options& options_;
    style look_;
    layout where_;
    std::size_t runs_ = 0;
    std::vector<std::string> wrong_;
};

void tour::show(const scenario& one, std::size_t number, std::size_t count) {
    const std::string title = std::to_string(number) + "/" + std::to_string(count) + "  " + one.title;
    std::cout << "\n" << look_.paint(ink::bold, title) << "  " << look_.paint(ink::faint, one.name) << "\n";
    std::cout << paragraph(look_, one.story, 2) << "\n";
    if (options_.source) show_source(one);
    if (one.program.empty())
        show_refused(one);
    else
        show_methods(one);
    std::cout << "\n" << paragraph(look_, one.lesson, 2) << std::flush;
}

void tour::show_source(const scenario& one) const {
    const auto folder = where_.data / "tour";
    const auto file = one.program.empty() ? folder / "refused" / (one.name + ".cpp") : folder / (one.program + ".cpp");
    std::cout << look_.paint(ink::faint, "  " + to_utf8(file)) << "\n";
    for (const std::string& line : wrap(read_text(file), look_.width - 4, 4))
        std::cout << "    " << look_.paint(ink::blue, line) << "\n";
    std::cout << "\n";
}

void tour::show_methods(const scenario& one) {
    std::vector<column> columns;
    for (const start_method method : methods)
        if (!one.only_fork || method == start_method::fork || !options_.plain) columns.push_back(run(one, method));
    std::cout << (options_.plain ? one_by_one(look_, columns) : side_by_side(look_, columns));
}

column tour::run(const scenario& one, start_method method) {
    column shown{std::string(brood::to_string(method)), who_sees(method), "", "", true};
    if (!available(method)) {
        shown.text = "This system has no " + shown.title + ": to see this column, run the tour on Linux or macOS.";
        return shown;
    }
    if (one.only_fork && method != start_method::fork) {
        shown.text = "Not for this method: fork_process forks, as its name says.";
        return shown;
    }
    const temporary_folder folder;
    program_run program;
    program.arguments = {to_utf8(where_.program("tour", one.program)), "--method", shown.title};
    program.directory = folder.path();
    program.environment["BROOD_TOUR_METHOD"] = shown.title;
    return judged(one, method, run_program(program));
}

column tour::judged(const scenario& one, start_method method, const program_output& output) {
    column shown{std::string(brood::to_string(method)), who_sees(method), output.text, "", true};
    verdict result = one.judge(method, output);
    if (output.timed_out) result = {false, "it did not end in time and was killed"};
    if (!result.good) {
        result.fact = "not as described: " + result.fact + " (exit code " + std::to_string(output.code) + ")";
        wrong_.push_back(one.name + " under " + shown.title);
    }
    ++runs_;
    shown.verdict = result.fact;
    shown.good = result.good;
    return shown;
}

void tour::show_refused(const scenario& one) {
    const refusal shown = show_refusal(where_, one.name);
    column all = judged(one, start_method::spawn, shown.output);
    all.title = "every start method, every system";
    all.subtitle = shown.source;
    all.text = shown.excerpt;
    if (shown.more_lines > 0) all.text += "(and " + std::to_string(shown.more_lines) + " lines of where it is used)\n";
    std::cout << (options_.plain ? one_by_one(look_, {all}) : side_by_side(look_, {all}));
}

int tour::finish() const {
    if (wrong_.empty()) {
        std::cout << "\n" << look_.good(std::to_string(runs_) + " runs, each as described.") << "\n";
        return 0;
    }
    std::cout << "\n" << look_.bad("not as described:") << "\n";
    for (const std::string& name : wrong_) std::cout << "  " << name << "\n";
    return 1;
}

int list_scenarios() {
    for (const scenario& one : all_scenarios()) std::cout << pad_right(one.name, 20) << one.title << "\n";
    return 0;
}

// The scenarios of these names, in the tour's order; all without names.
std::vector<const scenario*> chosen(const std::vector<std::string>& names) {
    std::vector<const scenario*> found;
    for (const scenario& one : all_scenarios())
        if (names.empty() || std::find(names.begin(), names.end(), one.name) != names.end()) found.push_back(&one);
    return found;
}

bool known(const std::string& name) {
    const auto& all = all_scenarios();
    return std::any_of(all.begin(), all.end(), [&](const scenario& one) { return one.name == name; });
}

void introduce(const style& look) {
    std::cout << paragraph(
        look,
        "A child process begins as a copy of its parent (fork) or as a fresh run of the program "
        "(spawn). Linux programs grew up with the first, Windows and macOS have the second: what "
        "works for one of them can fail for the other. The fork server stands between them: a clean "
        "process that is spawned once and forked for each child. brood spawns, on every system, unless "
        "it is told otherwise. Each program below runs now, under every start method of this machine.");
}

}  // namespace

int run_tour(const tour_options& options) {
    if (options.list) return list_scenarios();
    for (const std::string& name : options.names)
        if (!known(name)) {
            std::cerr << "brood: the tour has no scenario '" << name << "'; 'brood tour --list' names them.\n";
            return 2;
        }
    const style look = options.plain ? style::plain() : style::of_standard_output();
    const auto scenarios = chosen(options.names);
    if (scenarios.size() > 1) introduce(look);
    tour shown(options, look);
    for (std::size_t i = 0; i < scenarios.size(); ++i) shown.show(*scenarios[i], i + 1, scenarios.size());
    return shown.finish();
}

}  // namespace tool
