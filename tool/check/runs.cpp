// SPDX-License-Identifier: MIT
#include "check/runs.hpp"

#include "check/words.hpp"
#include "measure.hpp"
#include "run_program.hpp"

#include <algorithm>
#include <fstream>
#include <set>

namespace tool::check {
namespace {

namespace fs = std::filesystem;

std::uint64_t hash_of(const std::string& bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char one : bytes) hash = (hash ^ static_cast<unsigned char>(one)) * 0x100000001b3;
    return hash;
}

std::map<std::string, written_file> files_below(const fs::path& folder) {
    std::map<std::string, written_file> all;
    if (folder.empty()) return all;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        const std::string bytes = read_text(entry.path());
        all[to_utf8(fs::relative(entry.path(), folder))] = {bytes.size(), hash_of(bytes), false};
    }
    return all;
}

// What differs from the folder that the run began with.
std::map<std::string, written_file> written(const fs::path& before, const fs::path& after) {
    const auto old = files_below(before);
    auto now = files_below(after);
    for (const auto& [name, file] : old) {
        const auto found = now.find(name);
        if (found == now.end())
            now[name] = {0, 0, true};
        else if (found->second == file)
            now.erase(found);
    }
    return now;
}

void take_event(run& into, const std::string& text, std::multiset<std::string>& started) {
    std::string_view line = text;
    const std::string key = take_word(line);
    if (key == "hello") into.told = true;
    if (key == "start") {
        take_word(line);
        take_word(line);
        started.insert(plain_text(line));
    }
    if (key == "end") {
        const std::string name = plain_text(take_word(line));
        into.children.push_back(name + ": " + plain_text(line));
        if (const auto known = started.find(name); known != started.end()) started.erase(known);
    }
    if (key == "chosen") into.chosen.emplace_back(line);
    if (key == "blind") into.blind.push_back(plain_text(line));
    if (key == "access") {
        access& sum = into.accesses[take_number(line)];
        sum.all += take_number(line);
        sum.writes += take_number(line);
    }
}

void read_events(run& into, const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (!to_utf8(entry.path().filename()).starts_with("events-")) continue;
        std::multiset<std::string> started;
        std::ifstream events(entry.path());
        for (std::string line; std::getline(events, line);) {
            std::erase(line, '\r');
            take_event(into, line, started);
        }
        for (const std::string& name : started) into.children.push_back(name + ": its end was not seen");
    }
    std::sort(into.children.begin(), into.children.end());
    for (auto* list : {&into.chosen, &into.blind}) {
        std::sort(list->begin(), list->end());
        list->erase(std::unique(list->begin(), list->end()), list->end());
    }
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
    return text;
}

}  // namespace

run run_once(const subject& what, const run_order& order) {
    const temporary_folder work;
    if (!what.folder.empty()) fs::copy(what.folder, work.path(), fs::copy_options::recursive);
    run done;
    done.label = order.label;
    done.records = std::make_shared<temporary_folder>();
    program_run program;
    program.arguments = order.runner;
    program.arguments.insert(program.arguments.end(), what.command.begin(), what.command.end());
    program.directory = work.path();
    const std::string folder = (order.runner.empty() ? "" : "Z:") + to_utf8(done.records->path());
    program.environment["BROOD_CHECK"] =
        order.method + "|" + std::to_string(order.pictures) + "|" + order.watched + "|" + folder;
    if (!order.runner.empty()) program.environment["WINEDEBUG"] = "-all";  // its own remarks are no output
    program.limit = what.limit;
    program_output output;
    done.seconds = seconds_of([&] { output = run_program(program); });
    done.folder = to_utf8(work.path());
    done.output = replaced(std::move(output.text), done.folder, ".");
    done.code = output.code;
    done.timed_out = output.timed_out;
    done.files = written(what.folder, work.path());
    read_events(done, done.records->path());
    return done;
}

}  // namespace tool::check
