// SPDX-License-Identifier: MIT
// What works is tried out: starts, shared objects, and that nobody outlives a killed parent.
#include "findings.hpp"

#include "measure.hpp"
#include "quantity.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace tool {
namespace {

using brood::start_method;

constexpr start_method all_methods[] = {start_method::spawn, start_method::fork, start_method::forkserver};

int same_value(int value) { return value; }

std::string use_of(start_method method) {
    switch (method) {
        case start_method::spawn: return "The default: a fresh run of the program, the same on every system.";
        case start_method::fork:
            return "A copy of the parent, refused while other threads run; programs that rely on it do not work on "
                   "Windows.";
        case start_method::forkserver: break;
    }
    return "A fork of a clean server: starts nearly as fast as fork, and safe with threads.";
}

finding missing_method(start_method method) {
    return {
        "Start methods",
        std::string(brood::to_string(method)),
        health::good,
        "not available on " BROOD_SYSTEM,
        "This system cannot fork a process; use spawn, with a reserve (set_spawn_reserve) where starts must be fast.",
        false};
}

finding try_method(start_method method) {
    const std::string name(brood::to_string(method));
    const auto offered = brood::available_start_methods();
    if (std::find(offered.begin(), offered.end(), method) == offered.end()) return missing_method(method);
    try {
        const auto start = [&] {
            if (brood::async({.start_method = method}, same_value, 42).get() != 42)
                throw std::runtime_error("a child gave a wrong result");
        };
        start();  // the first one starts the fork server, too
        return {"Start methods", name, health::good, "works, " + quantity(seconds_of(start), "s") + " for a call",
                use_of(method),  true};
    } catch (const std::exception& error) {
        return {"Start methods",
                name,
                health::trouble,
                std::string("does not work: ") + error.what(),
                "Programs that use this method fail here in the same way: mend what the message says.",
                false};
    }
}

finding try_shared_objects() {
    try {
        const brood::shared_value<int> count(1);
        brood::async([](brood::shared_value<int> theirs) { theirs.with([](int& value) { ++value; }); }, count).get();
        if (count.load() != 2) throw std::runtime_error("a child changed another value");
        return {"Tried out",
                "shared_objects",
                health::good,
                "a child changed a shared value",
                "Locks, shared values and arrays work between processes.",
                true};
    } catch (const std::exception& error) {
        return {"Tried out",
                "shared_objects",
                health::trouble,
                error.what(),
                "Locks and shared data need a shared mapping: look at the memory limit and the sandbox.",
                false};
    }
}

finding try_named_memory() {
    try {
        auto memory = brood::shared_memory::create(4096);
        memory.unlink();
        return {"Tried out",
                "named_memory",
                health::good,
                "was made and removed",
                "shared_memory and shareable_list work, with CPython too.",
                true};
    } catch (const std::exception& error) {
        return {"Tried out",
                "named_memory",
                health::trouble,
                error.what(),
                "shared_memory needs a writable /dev/shm (Linux) and room in it.",
                false};
    }
}

// Says who it is and waits for an end that only its parent's death brings.
void outlive(brood::shared_value<long long> told, brood::event ready) {
    told.store(static_cast<long long>(brood::current_process().pid()));
    ready.set();
    std::this_thread::sleep_for(std::chrono::minutes(1));
}

void have_child(brood::shared_value<long long> told, brood::event ready) { brood::spawn(outlive, told, ready).join(); }

bool ends_soon(brood::process_id pid) {
    using namespace std::chrono;
    for (const auto last = steady_clock::now() + seconds(10); steady_clock::now() < last;) {
        if (!brood::native::private_bytes(pid)) return true;
        std::this_thread::sleep_for(milliseconds(2));
    }
    return false;
}

// The pid of a child whose parent was killed.
brood::process_id kill_parent() {
    const brood::shared_value<long long> told(0);
    const brood::event ready;
    brood::process parent(have_child, told, ready);
    parent.start();
    const bool started = ready.wait_for(std::chrono::seconds(60));
    parent.kill();
    parent.join();
    if (!started) throw std::runtime_error("a child of a child did not start within a minute");
    return static_cast<brood::process_id>(told.load());
}

finding try_parent_death() {
    try {
        if (ends_soon(kill_parent()))
            return {"Tried out",
                    "parent_death",
                    health::good,
                    "a child ended when its parent was killed",
                    "No process is left behind, however its parent ends.",
                    true};
        return {"Tried out",
                "parent_death",
                health::trouble,
                "a child outlived its killed parent by ten seconds",
                "Report this, with the platform line above: children must end with their parent.",
                false};
    } catch (const std::exception& error) {
        return {"Tried out",
                "parent_death",
                health::trouble,
                error.what(),
                "It could not be tried whether children end with their parent: mend what the message says.",
                false};
    }
}

}  // namespace

std::vector<finding> try_out_processes() {
    std::vector<finding> all;
    for (const start_method method : all_methods) all.push_back(try_method(method));
    all.insert(all.end(), {try_shared_objects(), try_named_memory(), try_parent_death()});
    return all;
}

}  // namespace tool
