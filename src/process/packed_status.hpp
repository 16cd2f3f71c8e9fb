// SPDX-License-Identifier: MIT
// An exit_status in one word, as the session's memory keeps it for who learns of a death; 0: unknown.
#pragma once

#include <brood/exit_status.hpp>

#include <cstdint>

namespace brood::detail {

enum class packed : std::uint64_t { unknown, exited, signalled, dumped, windows };
constexpr unsigned packed_bits = 32;

inline std::uint64_t pack(const exit_status& status) noexcept {
    const auto word = [](packed what, std::uint32_t value) {
        return static_cast<std::uint64_t>(what) << packed_bits | value;
    };
    if (status.native() != 0) return word(packed::windows, status.native());
    if (status.exited()) return word(packed::exited, static_cast<std::uint32_t>(status.code()));
    if (status.signal() == 0) return 0;
    return word(status.core_dumped() ? packed::dumped : packed::signalled, static_cast<std::uint32_t>(status.signal()));
}

inline exit_status unpack(std::uint64_t word) noexcept {
    const auto value = static_cast<std::uint32_t>(word);
    switch (static_cast<packed>(word >> packed_bits)) {
        case packed::exited: return exit_status::exited(static_cast<int>(value));
        case packed::signalled: return exit_status::signalled(static_cast<int>(value));
        case packed::dumped: return exit_status::signalled(static_cast<int>(value), true);
        case packed::windows: return exit_status::from_windows(value);
        case packed::unknown: break;
    }
    return exit_status::unknown();
}

}  // namespace brood::detail
