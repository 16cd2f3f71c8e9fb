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
    const channel_core& in() const {
        if (!reads()) throw_no("writes");
        return in_;
    }
    const channel_core& out() const {
        if (!writes()) throw_no("reads");
        return out_;
    }
    bool reads() const noexcept { return is_open() && in_; }
    bool writes() const noexcept { return is_open() && out_; }
    bool is_open() const noexcept { return static_cast<bool>(object_); }
    void close() noexcept { object_ = {}; }
    friend bool operator==(const pipe_end& a, const pipe_end& b) noexcept { return a.object_ == b.object_; }

private:
    explicit pipe_end(shared_object object) noexcept;
    [[noreturn]] void throw_no(const char* only) const;

    shared_object object_;
    channel_core in_, out_;  // the object keeps them
};

[[noreturn]] BROOD_API void throw_end_of_stream(channel_result why);

}  // namespace brood::detail
