// SPDX-License-Identifier: MIT
// posix_spawn: what the systems share. The list of descriptors that stay is written by each of them.
#pragma once

#include "platform/posix/fd.hpp"

#include <spawn.h>

namespace brood::platform::posix {

// posix_spawn's file actions, released with the object.
class file_actions {
public:
    file_actions();
    ~file_actions();
    file_actions(const file_actions&) = delete;
    file_actions& operator=(const file_actions&) = delete;
    posix_spawn_file_actions_t* get() noexcept { return &actions_; }
    void duplicate(int from, int to);
    void close(int fd);
    void open_null(int fd);

private:
    posix_spawn_file_actions_t actions_;
};

// Where the child finds what it inherits besides its standard streams. `memory` and `keeper` are `lifeline` when there
// are none.
struct landing {
    int channel, lifeline, memory, keeper;
    int highest() const noexcept { return keeper > memory ? keeper : memory; }
};
landing choose_landing(const spawn_spec& spec);

// Written once per system: in the child, change to `directory` (unless empty), then close every descriptor that is
// neither a standard stream, nor inherited, nor at the landing.
void close_all_others(file_actions& actions, const spawn_spec& spec, const landing& at);
void change_directory(file_actions& actions, const std::string& directory);
short system_spawn_flags();

}  // namespace brood::platform::posix
