// SPDX-License-Identifier: MIT
#include "check/drift.hpp"

#include "check/inherited.hpp"
#include "check/values.hpp"
#include "check/words.hpp"

#include <algorithm>
#include <fstream>
#include <map>

namespace tool::check {
namespace {

namespace fs = std::filesystem;

// Those that come with the system are nobody's business here.
bool is_of_user(const picture::module& one) {
    for (const char* system : {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/", "linux-vdso", "[vdso]"})
        if (one.path.starts_with(system)) return false;
    return to_utf8(from_utf8(one.path).filename()).starts_with("libbrood") == false;
}

const picture::module* same_module(const picture& taken, const picture::module& wanted) {
    for (const auto& one : taken.modules)
        if (one.path == wanted.path && one.build_id == wanted.build_id) return &one;
    return nullptr;
}

std::string hexadecimal(std::uint64_t value) {
    std::string text;
    for (; value != 0; value >>= 4) text.insert(text.begin(), "0123456789abcdef"[value & 15]);
    return text.empty() ? "0" : text;
}

// The pictures of one start.
struct pair_of_pictures {
    const picture& parent;
    const picture& child;
    const picture* begin;  // of the parent, when its main began; null: there is none
    const std::string& method;
};

class pair_comparison {
public:
    pair_comparison(const pair_of_pictures& all, debug_files& files, findings& into)
        : all_(all),
          files_(files),
          into_(into),
          parent_(all.parent, files),
          child_(all.child, files),
          begin_(all.begin == nullptr ? all.parent : *all.begin, files) {}

    void compare() {
        for (const auto& module : all_.parent.modules)
            if (is_of_user(module)) compare_module(module);
    }

private:
    void compare_module(const picture::module& module);
    void compare_variable(const variable& one, const picture::module& here, const picture::module& there);
    std::string cause_of(const variable& one, const picture::module& here) const;

    const pair_of_pictures& all_;
    debug_files& files_;
    findings& into_;
    memory_view parent_, child_, begin_;
};

void pair_comparison::compare_module(const picture::module& module) {
    const debug_info* file = files_.of(module.path);
    const auto* there = same_module(all_.child, module);
    if (file == nullptr) return;
    if (there == nullptr) {
        into_.notes.push_back(module.path + " is loaded in the parent alone: what it holds is not in the child");
        return;
    }
    if (!file->has_types())
        into_.notes.push_back("no debug information about variables in " + to_utf8(from_utf8(module.path).filename()) +
                              ": names come from its symbol table, without types and lines (compile with -g)");
    for (const variable& one : file->variables()) compare_variable(one, module, *there);
    into_.variables_compared = std::max(into_.variables_compared, file->variables().size());
}

void pair_comparison::compare_variable(const variable& one, const picture::module& here, const picture::module& there) {
    // Only what can be written is in the pictures.
    if (!all_.parent.read<char>(here.base + one.address) || !all_.child.read<char>(there.base + one.address)) return;
    comparison both(parent_, child_);
    const auto found = both.compare(one, here.base + one.address, there.base + one.address);
    if (!found) return;
    drift seen;
    seen.name = one.name + found->path;
    if (seen.name.ends_with("->")) seen.name.resize(seen.name.size() - 2);
    for (auto& known : into_.variables)
        if (known.name == seen.name && known.file == one.file && known.line == one.line) {
            if (std::find(known.methods.begin(), known.methods.end(), all_.method) == known.methods.end())
                known.methods.push_back(all_.method);
            return;
        }
    seen.file = one.file;
    seen.line = one.line;
    seen.module = to_utf8(from_utf8(here.path).filename());
    seen.parent = found->here;
    seen.child = found->there;
    seen.methods = {all_.method};
    seen.place = here.build_id + "+" + hexadecimal(one.address + found->offset) + "+" + std::to_string(found->size);
    seen.cause = cause_of(one, here);
    into_.variables.push_back(std::move(seen));
}

std::string pair_comparison::cause_of(const variable& one, const picture::module& here) const {
    const std::string fresh = "under " + all_.method + " the child has its own";
    if (all_.begin == nullptr) return "it was given its value in the parent; " + fresh;
    comparison since_begin(begin_, parent_);
    const std::uint64_t at = here.base + one.address;
    const bool changed = since_begin.compare(one, at, at).has_value();
    if (!changed) return "set at start-up by an initialiser, which gave the child another value; " + fresh;
    if (one.of_function)
        return "a static of a function, changed since the process began its work; " + fresh + ", from the start";
    return "changed since the process began its work; " + fresh + ", as it was at start-up";
}

// Each process as it was when its own work began: the first one in main, the others before their target.
std::map<std::int64_t, fs::path> beginnings(const fs::path& folder) {
    std::map<std::int64_t, fs::path> all;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".begin" && entry.path().extension() != ".child") continue;
        std::ifstream file(entry.path());
        std::string first, second;
        if (!std::getline(file, first) || !std::getline(file, second)) continue;
        std::string_view line = second;
        if (take_word(line) == "pid") all.emplace(static_cast<std::int64_t>(take_number(line)), entry.path());
    }
    return all;
}

std::optional<picture> load_if_there(const fs::path& file) {
    if (!fs::exists(file)) return std::nullopt;
    return picture::load(file);
}

}  // namespace

void compare_pictures(const run& done, debug_files& files, findings& into) {
    std::vector<fs::path> parents;
    for (const auto& entry : fs::directory_iterator(done.records->path()))
        if (entry.path().extension() == ".parent") parents.push_back(entry.path());
    std::sort(parents.begin(), parents.end());
    const auto began = beginnings(done.records->path());
    for (const fs::path& file : parents) {
        const picture parent = picture::load(file);
        const auto known = began.find(parent.pid);
        const auto begin = known == began.end() ? std::nullopt : load_if_there(known->second);
        const auto child = load_if_there(fs::path(file).replace_extension(".child"));
        add_inherited({parent, child ? &*child : nullptr, done.folder}, files, into.inherited);
        if (!child) {
            into.notes.push_back("process '" + parent.name + "' did not reach its target under " + parent.method);
            continue;
        }
        ++into.compared;
        if (parent.method == "fork") continue;  // the child is a copy
        pair_comparison({parent, *child, begin ? &*begin : nullptr, parent.method}, files, into).compare();
        if (parent.omitted + child->omitted > 0) into.notes.push_back("memory beyond 128 MiB was not looked at");
    }
    std::sort(into.notes.begin(), into.notes.end());
    into.notes.erase(std::unique(into.notes.begin(), into.notes.end()), into.notes.end());
}

}  // namespace tool::check
