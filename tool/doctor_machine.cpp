// SPDX-License-Identifier: MIT
// What the system says about itself.
#include "findings.hpp"

#include "quantity.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>
#include <brood/native/machine.hpp>

namespace tool {
namespace {

using brood::native::machine;

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20, gibibyte = std::uint64_t{1} << 30;

std::string bytes(std::uint64_t count) { return quantity(static_cast<double>(count), "bytes"); }

finding platform(const machine& here) {
    const std::string layer = brood::native::compatibility_layer();
    finding one{"Machine", "platform", health::good, here.system + ", " + here.architecture, "", here.system};
    if (!here.c_library.empty()) one.text += ", " + here.c_library;
    one.advice = "Name this line in a bug report.";
    if (layer.empty()) return one;
    one.state = health::notice;
    one.text += ", imitated by " + layer;
    one.advice = "Programs run here as on Windows, but times measured here mean nothing.";
    return one;
}

finding container(const machine& here) {
    if (here.container.empty())
        return {"Machine",
                "container",
                health::good,
                "none was found",
                "The limits below are those of the machine and of your session.",
                nullptr};
    return {"Machine",
            "container",
            health::good,
            here.container,
            "The limits below are those of the container; its options change them.",
            here.container};
}

finding cores(const machine& here) {
    const std::size_t used = brood::cpu_count();
    finding one{"Machine",    "usable_cores",
                health::good, std::to_string(used) + " of " + std::to_string(here.processors),
                "",           used};
    if (here.usable_processors < here.processors)
        one.text += ", affinity leaves " + std::to_string(here.usable_processors);
    if (here.quota) one.text += ", quota of " + number(*here.quota) + " processors";
    one.advice = "brood::cpu_count() gives this number; more busy processes than that only take turns.";
    if (used > 1) return one;
    one.state = health::notice;
    one.advice = "With one core, processes isolate work from each other but do not make it faster.";
    return one;
}

finding memory(const machine& here) {
    finding one{"Machine",
                "memory",
                health::good,
                "",
                "Each child needs its own copy of what it changes: see "
                "'brood bench --filter memory'.",
                nullptr};
    if (!here.memory) {
        one.text = "this system does not tell";
        return one;
    }
    one.text = bytes(*here.memory);
    one.value = *here.memory;
    if (here.memory_free) one.text += ", " + bytes(*here.memory_free) + " of it free";
    if (here.memory_limit) one.text += ", limited to " + bytes(*here.memory_limit) + " by the control group";
    const std::uint64_t room =
        std::min(here.memory_free.value_or(*here.memory), here.memory_limit.value_or(*here.memory));
    if (room >= gibibyte / 2) return one;
    one.state = health::notice;
    one.advice = "Little memory is left: start few children, or set process_options::memory_limit for each.";
    return one;
}

finding shared_memory(const machine& here) {
    finding one{"Limits",
                "shared_memory",
                health::good,
                "no limit of its own",
                "Named shared memory is limited by the machine's memory alone.",
                nullptr};
    if (!here.shared_memory) return one;
    const std::uint64_t room = here.shared_memory_free.value_or(*here.shared_memory);
    one.text = bytes(*here.shared_memory) + " in /dev/shm, " + bytes(room) + " of it free";
    one.value = *here.shared_memory;
    one.advice = "This bounds shared_memory and shareable_list; shared_array and queues are not counted there.";
    if (room >= 256 * mebibyte) return one;
    one.state = health::notice;
    one.advice = "Named shared memory of more than this fails to be made: enlarge /dev/shm (Docker: --shm-size=1g).";
    return one;
}

finding descriptors(const machine& here) {
    finding one{"Limits",
                "descriptors",
                health::good,
                "no limit that this system tells",
                "A living child costs its parent three descriptors or fewer.",
                nullptr};
    if (!here.descriptors) return one;
    one.text = std::to_string(*here.descriptors) + " may be open";
    if (here.descriptors_most && *here.descriptors_most > *here.descriptors)
        one.text += *here.descriptors_most > std::uint64_t{1} << 40
                        ? ", no upper bound"
                        : ", up to " + std::to_string(*here.descriptors_most);
    one.value = *here.descriptors;
    if (*here.descriptors >= 1024) return one;
    one.state = health::notice;
    one.advice = "This is few: each living child costs its parent up to three; raise it with 'ulimit -n 4096'.";
    return one;
}

finding processes(const machine& here) {
    finding one{
        "Limits", "processes", health::good, "no limit for this user", "As many children may run as memory allows.",
        nullptr};
    if (!here.user_processes) return one;
    one.text = std::to_string(*here.user_processes) + " for this user, threads counted";
    one.value = *here.user_processes;
    if (*here.user_processes >= 512) return one;
    one.state = health::notice;
    one.advice = "This is few, and other programs of the user share it: raise it with 'ulimit -u 4096'.";
    return one;
}

finding looking_into_others(const machine& here) {
    finding one{"Limits",
                "ptrace",
                health::good,
                "not restricted beyond the owner of a process",
                "Debuggers can attach to children, and large values are copied from process to process.",
                nullptr};
    if (!here.ptrace_scope) return one;
    one.text = "Yama's ptrace_scope is " + std::to_string(*here.ptrace_scope);
    one.value = *here.ptrace_scope;
    if (*here.ptrace_scope == 1)
        one.advice =
            "A debugger must start the program itself or run as root; brood reaches its own children all the same.";
    if (*here.ptrace_scope < 2) return one;
    one.state = health::notice;
    one.advice = "No process may look into another: large values go through the channel, which is slower.";
    return one;
}

finding process_handles(const machine& here) {
    if (here.process_handles.value_or(true))
        return {"Limits",
                "process_handles",
                health::good,
                "there",
                "A child is waited for by a handle of its own: no signal handler, no polling.",
                true};
    return {"Limits",
            "process_handles",
            health::trouble,
            "pidfd_open is refused",
            "brood needs Linux 5.4 or newer and a sandbox that allows pidfd_open; update the kernel or the container's "
            "seccomp profile.",
            false};
}

finding huge_pages(const machine& here) {
    const bool never = here.huge_pages == "never";
    return {"Limits",
            "huge_pages",
            health::good,
            here.huge_pages,
            never ? "Large values are copied somewhat slower than with 'madvise' in "
                    "/sys/kernel/mm/transparent_hugepage/enabled."
                  : "Large values that arrive may use them, which makes their copies faster.",
            here.huge_pages};
}

}  // namespace

std::vector<finding> look_at_machine() {
    const machine here = brood::native::describe_machine();
    std::vector<finding> all = {platform(here),  container(here),           cores(here),
                                memory(here),    shared_memory(here),       descriptors(here),
                                processes(here), looking_into_others(here), process_handles(here)};
    if (!here.huge_pages.empty()) all.push_back(huge_pages(here));
    return all;
}

}  // namespace tool
