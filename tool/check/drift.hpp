// SPDX-License-Identifier: MIT
// State drift: what differs between a parent at the moment of start() and its child before its target.
#pragma once

#include "check/memory_view.hpp"
#include "check/runs.hpp"

#include <string>
#include <vector>

namespace tool::check {

struct drift {
    std::string name;  // with the path of the part: "config.level"
    std::string file;  // where the variable is declared; empty: not known
    int line = 0;
    std::string module;  // file name of the program or library
    std::string parent, child;
    std::string cause;                 // how that came to be
    std::vector<std::string> methods;  // under which it was seen
    std::string use = "unknown";       // by the child: "read", "written", "not used" or "unknown"
    std::string use_note;              // why it is unknown
    std::string place;                 // for counting accesses: "BUILD-ID+OFFSET+SIZE"
};

// What a forked child gets from its parent and a spawned one does not.
struct inherited_thing {
    std::string kind;  // "file", "socket", "lock", "thread"
    std::string what;
    std::string note;
    friend bool operator==(const inherited_thing&, const inherited_thing&) = default;
};

struct findings {
    std::vector<drift> variables;
    std::vector<inherited_thing> inherited;
    std::vector<std::string> notes;  // what could not be compared, and why
    std::size_t compared = 0;        // pairs of parent and child
    std::size_t variables_compared = 0;
};

// Looks at the pictures of a run and adds what is new.
void compare_pictures(const run& done, debug_files& files, findings& into);

}  // namespace tool::check
