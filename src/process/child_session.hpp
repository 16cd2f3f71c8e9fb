// SPDX-License-Identifier: MIT
// A running target as its process sees it: what phase it is in, and how its result gets to the parent.
#pragma once

#include "process/blocks.hpp"
#include "process/wire.hpp"

#include <brood/detail/target.hpp>

#include <optional>
#include <string>

namespace brood::detail {

class child_session final : public target_session {
public:
    enum class phase { reading, running, writing };

    child_session(wire& parent, bool wants_result) : parent_(parent), wants_result_(wants_result) {}

    void arguments_read() override;
    output_archive& begin_result() override;
    void send_result() override;

    // An exception left the target (or the reading or writing around it): the parent is told, or the user. Gives the
    // exit code.
    int report(const std::exception_ptr& failure) noexcept;

private:
    void send_failure(message_kind kind, const std::exception_ptr& failure) noexcept;
    void serve_until_received(const output_archive& sent);

    wire& parent_;
    const bool wants_result_;
    phase phase_ = phase::reading;
    std::optional<output_archive> result_;
};

// Prints "process NAME: TYPE: what" and where it was thrown.
void print_uncaught(const std::exception_ptr& failure) noexcept;

}  // namespace brood::detail
