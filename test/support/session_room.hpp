// SPDX-License-Identifier: MIT
// Whether the session's memory came back.
#pragma once

#include <brood/shared_array.hpp>

#include <cstddef>
#include <new>
#include <vector>

namespace brood_test {

// How much is free: as many arrays of 200 KiB as there is room for.
inline std::size_t room_in_session() {
    std::vector<brood::shared_array<char>> all;
    try {
        for (;;) all.emplace_back(std::size_t{200} << 10);
    } catch (const std::bad_alloc&) {
        return all.size();
    }
}

}  // namespace brood_test
