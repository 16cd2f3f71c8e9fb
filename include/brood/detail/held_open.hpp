// SPDX-License-Identifier: MIT
// Maps and streams of a pool that was closed meanwhile.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace brood::detail {

enum class holder : std::uint8_t {
    map,    // is waited for by whoever joins the pool
    stream  // keeps workers until the pool is joined: its reader may be the one who joins
};

// What keeps a pool that was closed from ending. As the pool's state: not thread-safe.
class pool_holds {
public:
    void add(holder who) noexcept { ++count(who); }
    void remove(holder who) noexcept { --count(who); }
    void joined() noexcept { joined_ = true; }
    bool any() const noexcept { return maps_ > 0 || (streams_ > 0 && !joined_); }

private:
    std::uint64_t& count(holder who) noexcept { return who == holder::map ? maps_ : streams_; }
    std::uint64_t maps_ = 0, streams_ = 0;
    bool joined_ = false;
};

// A pool that takes what a map or stream sends, closed or not, as long as this lives. The constructor throws what the
// pool says when it takes nothing any more.
template <class Core>
class held_open {
public:
    held_open(std::shared_ptr<Core> core, holder who) : core_(std::move(core)), who_(who) { core_->hold(who_); }
    ~held_open() { core_->release(who_); }
    held_open(const held_open&) = delete;
    held_open& operator=(const held_open&) = delete;

private:
    const std::shared_ptr<Core> core_;
    const holder who_;
};

}  // namespace brood::detail
