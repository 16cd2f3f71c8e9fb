// SPDX-License-Identifier: MIT
// How the answer of a call comes to its caller.
#pragma once

#include "manager/objects.hpp"

#include <brood/detail/target.hpp>

#include <exception>
#include <optional>

namespace brood::managing {

// The session of one entry function. What was sent, or failed, is seen by the caller after publish().
class answer final : public detail::target_session {
public:
    explicit answer(const job& call) noexcept;
    void arguments_read() override {}
    output_archive& begin_result() override {
        return archive_.emplace(archive_mode{.handles = false, .blocks = !flat_, .kept_handles = !flat_});
    }
    void send_result() override { prepare(*archive_, answer_kind::value); }
    // What comes instead of a result.
    void fail(const std::exception_ptr& failure) noexcept;
    // At most once.
    void publish() noexcept;

private:
    void prepare(const output_archive& archive, answer_kind kind);
    void hang_in() const;

    call_slot* slot_;  // null: nobody waits
    const bool flat_;
    std::optional<output_archive> archive_;
    arena::block_handle message_;
};

}  // namespace brood::managing
