// SPDX-License-Identifier: MIT
// What this machine offers to processes, and where it sets limits. For tools that tell a user; a program does not need
// it.
#pragma once

#include <brood/export.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace brood::native {

// What the system tells. An empty optional or text: it has no such thing, or does not say.
struct machine {
    std::string system;        // name and version, as for a bug report
    std::string c_library;     // "glibc 2.36"
    std::string architecture;  // "x86-64"

    std::size_t processors = 0;         // that are online
    std::size_t usable_processors = 0;  // by this process's affinity
    std::optional<double> quota;        // processors by the limit of the container or control group (Linux)

    std::optional<std::uint64_t> memory;        // bytes of the machine
    std::optional<std::uint64_t> memory_free;   // bytes that a new program could use now
    std::optional<std::uint64_t> memory_limit;  // bytes by the limit of the container or control group (Linux)

    std::optional<std::uint64_t> shared_memory;       // bytes that named shared memory may have in all (Linux)
    std::optional<std::uint64_t> shared_memory_free;  // bytes of it that are free
    std::optional<std::uint64_t> descriptors;         // that this process may have open (POSIX)
    std::optional<std::uint64_t> descriptors_most;    // to which it may raise that
    std::optional<std::uint64_t> user_processes;      // that this user may have (POSIX)

    std::string container;                // what contains this process: "Docker", "systemd-nspawn"...
    std::optional<int> ptrace_scope;      // Yama's setting (Linux): from 1 on a process may not look into any other
    std::optional<bool> process_handles;  // whether a handle of a process can be waited for (Linux: pidfd)
    std::string huge_pages;               // the mode of transparent huge pages (Linux)
    std::string program_build_id;         // of the running program: bytes
};

// Looks now. Blocks only for reading what the system keeps in memory; safe from several threads. What cannot be found
// out is left empty; throws std::bad_alloc alone.
BROOD_API machine describe_machine();

}  // namespace brood::native
