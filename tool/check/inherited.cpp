// SPDX-License-Identifier: MIT
#include "check/inherited.hpp"

#include "check/containers.hpp"

#include <algorithm>

namespace tool::check {
namespace {

void add(std::vector<inherited_thing>& into, inherited_thing one) {
    if (std::find(into.begin(), into.end(), one) == into.end()) into.push_back(std::move(one));
}

const picture::descriptor* opened_too(const picture* child, const std::string& target) {
    if (child == nullptr) return nullptr;
    for (const auto& one : child->descriptors)
        if (one.number > 2 && one.target == target) return &one;
    return nullptr;
}

std::string kind_of(const std::string& target) {
    if (target.starts_with("socket:")) return "socket";
    if (target.starts_with("pipe:")) return "pipe";
    if (target.starts_with("anon_inode:")) return "handle";
    return "file";
}

std::string within(const std::string& path, const std::string& folder) {
    return path.starts_with(folder + "/") ? path.substr(folder.size() + 1) : path;
}

void add_descriptors(const start_pictures& start, std::vector<inherited_thing>& into) {
    for (const auto& one : start.parent.descriptors) {
        if (one.number <= 2) continue;
        const std::string kind = kind_of(one.target);
        inherited_thing thing{
            kind, kind == "file" ? within(one.target, start.folder) : "descriptor " + std::to_string(one.number), ""};
        const bool own = kind == "file" && opened_too(start.child, one.target) != nullptr;
        thing.note = own ? "a forked child shares it with its parent; a spawned one opened it again for itself"
                         : "open in a forked child, not in a spawned one: pass a brood::file, or the path";
        const bool known = std::any_of(into.begin(), into.end(), [&](const inherited_thing& other) {
            return other.kind == thing.kind && other.what == thing.what;
        });
        if (!known) into.push_back(std::move(thing));
    }
}

void add_threads(const picture& parent, std::vector<inherited_thing>& into) {
    if (parent.threads_of_program <= 1) return;
    const std::size_t others = parent.threads_of_program - 1;
    add(into, {"thread", std::to_string(others) + (others == 1 ? " other thread" : " other threads") + " of the parent",
               "no child has them: fork is refused while they run, under spawn the child starts its own"});
}

// The mutexes in a variable, wherever in it they are.
void find_mutexes(const object& one, std::vector<object>& into, int depth = 0) {
    if (one.what == nullptr || one.what->what != type::kind::structure || depth > 6) return;
    const std::string& name = one.what->name;
    for (const char* mutex : {"std::mutex", "std::recursive_mutex", "std::timed_mutex", "std::recursive_timed_mutex"})
        if (name == mutex) return into.push_back(one);
    for (const member& part : debug_info::complete(*one.what).members)
        find_mutexes({part.what, one.address + part.offset}, into, depth + 1);
}

// The first word of a pthread mutex is not zero while somebody holds it.
void add_held_mutexes(const picture& parent, debug_files& files, std::vector<inherited_thing>& into) {
    for (const auto& module : parent.modules) {
        const debug_info* file = module.program ? files.of(module.path) : nullptr;
        if (file == nullptr) continue;
        for (const variable& one : file->variables()) {
            std::vector<object> mutexes;
            find_mutexes({one.what, module.base + one.address}, mutexes);
            for (const object& mutex : mutexes)
                if (parent.read<std::int32_t>(mutex.address).value_or(0) != 0)
                    add(into, {"lock", one.name,
                               "held when a child was started: locked for ever in a forked child whose copy of the "
                               "holder is gone, free in a spawned one"});
        }
    }
}

void add_file_locks(const picture& parent, std::vector<inherited_thing>& into) {
    for (const std::string& line : parent.file_locks) {
        const bool shared = line.find("FLOCK") != line.npos;
        add(into, {"lock", "a lock on a file (" + std::string(shared ? "flock" : "fcntl") + ")",
                   shared ? "a forked child holds it too, as long as its copy of the descriptor is open; a spawned one "
                            "does not"
                          : "no child has it"});
    }
}

}  // namespace

void add_inherited(const start_pictures& start, debug_files& files, std::vector<inherited_thing>& into) {
    add_descriptors(start, into);
    add_threads(start.parent, into);
    add_held_mutexes(start.parent, files, into);
    add_file_locks(start.parent, into);
}

}  // namespace tool::check
