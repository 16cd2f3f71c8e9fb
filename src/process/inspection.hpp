// SPDX-License-Identifier: MIT
// What a program does for `brood check`: it starts its children by the method that it is told, notes starts and ends,
// and pictures parent and child at each start. The environment variable BROOD_CHECK asks for it; without it none of
// this does more than look at one word.
#pragma once

#include <brood/exit_status.hpp>
#include <brood/start_method.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brood::detail {

// A place in a program or library whose accesses are counted in children.
struct watched_place {
    std::string build_id;  // hexadecimal
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
};

// What a child is told of it.
struct inspection_setup {
    std::string folder;
    std::optional<start_method> method;
    std::vector<watched_place> watched;
    std::uint32_t pictures = 0;  // starts of each process that are pictured
    std::string picture;         // where the child puts its own; empty: nowhere
};

namespace inspection {

// Once, when the library is loaded. What the variable holds and is not understood is left out.
void adopt_from_environment();
bool active() noexcept;
// The method that takes the place of whatever the program chose.
std::optional<start_method> forced_method() noexcept;

// In the first process, when main begins.
void main_begins() noexcept;
// In the parent. Gives what the child is told.
std::optional<inspection_setup> child_starts(const std::string& name, const std::string& identity,
                                             start_method method) noexcept;
// The program named a method itself.
void method_chosen(start_method method) noexcept;
// In the child: before its target, and after it.
void become(const std::optional<inspection_setup>& setup) noexcept;
void target_begins() noexcept;
void target_ended() noexcept;
// In the parent.
void child_ended(const std::string& name, const exit_status& status) noexcept;

}  // namespace inspection
}  // namespace brood::detail
