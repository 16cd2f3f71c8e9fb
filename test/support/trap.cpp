// SPDX-License-Identifier: MIT
#include "trap.hpp"

#include "program.hpp"
#include "waiting.hpp"

#include <brood/init.hpp>
#include <brood/process.hpp>

#include <array>
#include <cstdlib>
#include <utility>

namespace brood_test {
namespace {

constexpr int trap_code = 23;
constexpr std::array names = {"none", "exit", "quick_exit", "kill", "abort", "crash", "throws"};

}  // namespace

std::string name_of(ending how) { return names.at(static_cast<std::size_t>(how)); }

ending parse_end(const std::string& name) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (name == names[i]) return static_cast<ending>(i);
    return ending::none;
}

void spring(ending how) {
    switch (how) {
        case ending::none: return;
        case ending::exit: std::exit(trap_code);
        case ending::quick_exit: std::_Exit(trap_code);
        case ending::kill: kill_process(brood::current_process().pid()); idle();
        case ending::abort: std::abort();
        case ending::crash: crash(); return;
        case ending::throws: throw sprung();
    }
}

brood::exit_status status_of(ending how) {
    switch (how) {
        case ending::kill: return brood::exit_status::signalled(9);
        case ending::abort: return brood::exit_status::signalled(6);
        case ending::crash: return brood::exit_status::signalled(11);
        default: return brood::exit_status::exited(trap_code);
    }
}

trap::~trap() {
    if (brood::is_child()) spring(plan_.destroying);
}

}  // namespace brood_test
