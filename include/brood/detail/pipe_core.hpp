// SPDX-License-Identifier: MIT
// What pipes do whatever the type of their values.
#pragma once

#include <brood/detail/channel_core.hpp>

#include <utility>

namespace brood::detail {

// One end of a pipe: an object of its own, so that the other end sees when the last process lets go of it.
class BROOD_API pipe_end {
public:
    // Both ends; for one way, the reader's and the writer's.
    static std::pair<pipe_end, pipe_end> make(bool both_ways, std::size_t plain_size);
    static pipe_end load(input_archive& archive, std::size_t plain_size);
    void save(output_archive& archive) const { object_.save(archive); }

    // What it reads and writes. Throws std::logic_error when it does not, or was closed or moved from.
    channel_core in() const;
    channel_core out() const;
    bool reads() const noexcept;
    bool writes() const noexcept;
    bool is_open() const noexcept { return static_cast<bool>(object_); }
    void close() noexcept { object_ = {}; }
    friend bool operator==(const pipe_end& a, const pipe_end& b) noexcept { return a.object_ == b.object_; }

private:
    shared_object object_;
};

[[noreturn]] BROOD_API void throw_end_of_stream(channel_result why);

}  // namespace brood::detail
