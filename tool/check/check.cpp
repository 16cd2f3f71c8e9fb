// SPDX-License-Identifier: MIT
#include "check/check.hpp"

#include "check/result.hpp"
#include "run_program.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>

namespace tool {
namespace check {
namespace {

namespace fs = std::filesystem;

// One sentence about why nothing can be said.
class refusal_to_check : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

void require_suitable(const debug_info& program, const std::string& path) {
    if (!program.has_symbols() && !program.has_types())
        throw refusal_to_check("'" + path +
                               "' is stripped: neither symbols nor debug information name its variables; check the "
                               "build before 'strip'");
    if (!program.uses_brood()) throw refusal_to_check("'" + path + "' does not use brood");
}

// The folder that every run begins with.
fs::path template_folder(const std::string& wanted) {
    if (wanted == "none") return {};
    const fs::path folder = wanted.empty() ? fs::current_path() : fs::absolute(from_utf8(wanted));
    if (!fs::is_directory(folder)) throw refusal_to_check("there is no folder '" + to_utf8(folder) + "'");
    constexpr std::uint64_t most_entries = 2000, most_bytes = std::uint64_t{64} << 20;
    std::uint64_t entries = 0, bytes = 0;
    std::error_code failed;
    const auto options = fs::directory_options::skip_permission_denied;
    for (auto at = fs::recursive_directory_iterator(folder, options); at != fs::recursive_directory_iterator(); ++at) {
        ++entries;
        if (at->is_regular_file(failed)) bytes += at->file_size(failed);
        if (entries > most_entries || bytes > most_bytes)
            throw refusal_to_check("each run gets a copy of the folder " + to_utf8(folder) +
                                   ", which is too large for that; name the folder that the program needs with "
                                   "--folder DIRECTORY, or --folder none");
    }
    return folder;
}

std::vector<std::string> methods() {
    std::vector<std::string> names;
    for (const auto method : brood::available_start_methods()) names.emplace_back(brood::to_string(method));
    return names;
}

class checker {
public:
    checker(const check_options& options, std::ostream* progress) : options_(options), progress_(progress) {
        const fs::path program = fs::absolute(from_utf8(options.command.front()));
        require_suitable(debug_info(program), options.command.front());
        subject_.command = options.command;
        subject_.command.front() = to_utf8(program);
        subject_.folder = template_folder(options.folder);
        subject_.limit = std::chrono::seconds(options.limit);
        all_.command = options.command;
    }

    result check() {
        for (const std::string& method : methods()) {
            say("running it under " + method);
            all_.runs.push_back(run_under(method, 0));
            require_told(all_.runs.back());
        }
        run_for_windows();
        compare();
        watch_variables();
        say("");
        return std::move(all_);
    }

private:
    void say(const std::string& what) const {
        if (progress_ != nullptr) *progress_ << "\r\033[K" << what << std::flush;
    }

    void require_told(const run& one) const {
        if (one.told) return;
        throw refusal_to_check("'" + options_.command.front() + "' ended (" + std::to_string(one.code) +
                               ") before brood in it was loaded: " + one.output.substr(0, one.output.find('\n')));
    }

    run run_under(const std::string& method, unsigned pictures) const {
        return run_once(subject_,
                        {.label = method, .method = method, .pictures = pictures, .watched = "", .runner = {}});
    }

    // Once more, with pictures of parents and children. The first of these runs also shows what changes from run to
    // run.
    void compare() {
        constexpr unsigned starts = 8;
        const run& first = all_.runs.front();
        say("running it again under " + first.label);
        const run again = run_under(first.label, starts);
        const run_comparison compared(first, again);
        compare_pictures(again, files_, all_.found);
        for (const std::string& method : methods()) {
            if (method == first.label || method == "fork") continue;  // a forked child is a copy
            say("running it again under " + method);
            compare_pictures(run_under(method, starts), files_, all_.found);
        }
        for (std::size_t i = 1; i < all_.runs.size(); ++i)
            for (auto& one : compared.compare(all_.runs[i])) all_.differences.push_back(std::move(one));
        all_.found.notes.insert(all_.found.notes.end(), compared.notes().begin(), compared.notes().end());
        note_choices();
    }

    void note_choices() {
        std::set<std::string> chosen;
        for (const run& one : all_.runs) chosen.insert(one.chosen.begin(), one.chosen.end());
        for (const std::string& method : chosen)
            all_.found.notes.push_back("the program chooses " + method +
                                       " itself; every method was tried all the same");
    }

    void run_for_windows();
    void watch_variables();
    void watch_some(std::vector<drift*> some);

    const check_options& options_;
    std::ostream* progress_;
    subject subject_;
    debug_files files_;
    result all_;
};

std::string find_wine() {
    for (const char* name : {"/usr/lib/wine/wine64", "/usr/bin/wine64", "/usr/bin/wine"})
        if (fs::exists(name)) return name;
    throw refusal_to_check("a Windows build needs Wine, which is not here (Debian: wine64)");
}

void checker::run_for_windows() {
    if (options_.windows.empty()) return;
    const fs::path program = fs::absolute(from_utf8(options_.windows));
    if (!fs::is_regular_file(program)) throw refusal_to_check("there is no file '" + options_.windows + "'");
    say("running " + options_.windows + " under Wine");
    run_program({.arguments = {find_wine(), "cmd", "/c", "exit"}});  // may have to make its folder first, and say so
    subject windows = subject_;
    windows.command.front() = to_utf8(program);
    all_.runs.push_back(run_once(
        windows, {.label = "windows", .method = "spawn", .pictures = 0, .watched = "", .runner = {find_wine()}}));
    if (!all_.runs.back().told)
        throw refusal_to_check("'" + options_.windows + "' does not use brood, or Wine cannot run it: " +
                               all_.runs.back().output.substr(0, all_.runs.back().output.find('\n')));
}

// A processor has four watchpoints, and each place takes two.
void checker::watch_variables() {
    constexpr std::size_t at_once = 2, most_runs = 8;
    auto& variables = all_.found.variables;
    for (std::size_t i = 0; i < variables.size(); i += at_once) {
        std::vector<drift*> some;
        for (std::size_t k = i; k < std::min(i + at_once, variables.size()); ++k) some.push_back(&variables[k]);
        if (i / at_once < most_runs)
            watch_some(some);
        else
            for (drift* one : some)
                one->use_note = "only the first " + std::to_string(at_once * most_runs) + " were watched";
    }
}

void checker::watch_some(std::vector<drift*> some) {
    const std::string method = some.front()->methods.front();
    say("watching what children read");
    run_order order{.label = method, .method = method, .pictures = 0, .watched = "", .runner = {}};
    for (const drift* one : some) order.watched += (order.watched.empty() ? "" : ",") + one->place;
    const run watched = run_once(subject_, order);
    for (std::size_t i = 0; i < some.size(); ++i) {
        const auto seen = watched.accesses.find(i);
        if (seen == watched.accesses.end()) {
            some[i]->use_note =
                watched.blind.empty() ? "no child told, perhaps because it was killed" : watched.blind.front();
            continue;
        }
        some[i]->use = seen->second.all == 0 ? "not used" : seen->second.all > seen->second.writes ? "read" : "written";
    }
}

int write(const check_options& options, const std::string& text) {
    if (options.output.empty()) {
        std::cout << text << std::flush;
        return 0;
    }
    std::ofstream file(from_utf8(options.output), std::ios::binary);
    file << text << std::flush;
    if (file) return 0;
    throw refusal_to_check("cannot write '" + options.output + "'");
}

}  // namespace

bool result::differs() const {
    if (!differences.empty()) return true;
    return std::any_of(found.variables.begin(), found.variables.end(),
                       [](const drift& one) { return one.use != "not used" && one.use != "written"; });
}

}  // namespace check

int run_check(const check_options& options) {
    using namespace check;
    try {
        const style look = options.output.empty() ? style::of_standard_output() : style::plain();
        const result all = checker(options, look.colours ? &std::cerr : nullptr).check();
        write(options, options.format == "json"   ? as_json(all)
                       : options.format == "html" ? as_html(all)
                                                  : as_text(all, look));
        return all.differs() ? 1 : 0;
    } catch (const std::exception& error) {
        std::cerr << "brood: " << error.what() << ".\n";
        return 2;
    }
}

}  // namespace tool
