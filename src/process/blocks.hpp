// SPDX-License-Identifier: MIT
// How large blocks get from one process's memory into the other's without a copy between.
#pragma once

#include "process/wire.hpp"

#include <brood/serialization.hpp>

#include <vector>

namespace brood::detail {

// Handles that came with a message, for the archive that reads them.
class received_handles final : public handle_source {
public:
    explicit received_handles(std::vector<platform::unique_handle> handles) : handles_(std::move(handles)) {}
    std::size_t count() override { return handles_.size(); }
    native_handle_type take(std::size_t index) override;

private:
    std::vector<platform::unique_handle> handles_;
};

// In the child: blocks of the arguments, for which it asks the parent.
class requested_blocks final : public block_source {
public:
    requested_blocks(wire& parent, std::vector<block_place> places) : parent_(parent), places_(std::move(places)) {}
    std::size_t count() override { return places_.size(); }
    std::uint64_t size(std::size_t index) override { return places_.at(index).size; }
    void read(std::size_t index, std::span<std::byte> into) override;

private:
    wire& parent_;
    std::vector<block_place> places_;
};

// In the parent: blocks of a result, copied out of the child or, where that is not allowed, asked for.
class fetched_blocks final : public block_source {
public:
    fetched_blocks(wire& child_wire, const platform::child& child, std::vector<block_place> places)
        : wire_(child_wire), child_(child), places_(std::move(places)) {}
    std::size_t count() override { return places_.size(); }
    std::uint64_t size(std::size_t index) override { return places_.at(index).size; }
    void read(std::size_t index, std::span<std::byte> into) override;
    // Whether the child ended before all was read.
    bool lost() const noexcept { return lost_; }

private:
    wire& wire_;
    const platform::child& child_;
    std::vector<block_place> places_;
    bool lost_ = false;
};

// Answers one `block_wanted` message of the child from this process's memory. False: the child is gone.
bool serve_block(wire& child_wire, const platform::child& child, const message& wanted,
                 std::span<const std::span<const std::byte>> blocks);
// The same in the child, which may reach into its parent where the system does not guard it.
bool serve_block(wire& parent, const message& wanted, std::span<const std::span<const std::byte>> blocks);

// Whether direct copies may be used (the environment variable BROOD_NO_DIRECT_COPY forbids it, for tests of the other
// way and for systems where tracing tools object).
bool direct_copy_allowed();

}  // namespace brood::detail
