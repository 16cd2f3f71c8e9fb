// SPDX-License-Identifier: MIT
// Short chunks of a map that travel together as one task. Each is told of as soon as it has run, so that it is lost or
// late for no other's sake, and a worker with nothing to do takes over what another has not begun.
#pragma once

#include <brood/detail/chunk.hpp>
#include <brood/detail/chunk_bytes.hpp>
#include <brood/detail/future_state.hpp>
#include <brood/detail/plain.hpp>
#include <brood/detail/task_bytes.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

// A value that is told of without an archive.
inline constexpr std::size_t most_bare = 256;
template <class R>
inline constexpr bool crosses_bare = is_plain<R>&& std::is_trivially_copyable_v<R> && sizeof(R) <= most_bare;
template <>
inline constexpr bool crosses_bare<void> = true;

// What came back of a batch and was not yet taken, in the order of its elements.
class BROOD_API batch_results {
public:
    struct head {
        std::uint32_t size;
        std::uint32_t elements;  // 0: one value, bare
    };
    // In the place of a size: it is the next of `large`.
    static constexpr std::uint32_t in_block = ~std::uint32_t{0};

    void add(std::uint32_t elements, std::string_view bytes) {
        add_head({static_cast<std::uint32_t>(bytes.size()), elements});
        bytes_.append(bytes);
    }
    void add(std::uint32_t elements, task_bytes block) {
        add_head({in_block, elements});
        large_.push_back(std::move(block));
    }
    std::uint64_t elements() const noexcept { return elements_; }

    template <class R>
    chunk_result<R> read() const {
        chunk_result<R> all;
        if constexpr (!std::is_void_v<R>) all.values.reserve(static_cast<std::size_t>(elements_));
        auto block = large_.begin();
        for (std::string_view left = bytes_; !left.empty();) {
            head next;
            std::memcpy(&next, left.data(), sizeof next);
            left.remove_prefix(sizeof next);
            if (next.size == in_block) {
                read_chunk(all, next.elements, *block++);
                continue;
            }
            const auto bytes = left.substr(0, next.size);
            left.remove_prefix(next.size);
            if (next.elements == 0)
                read_bare(all, bytes);
            else
                read_chunk(all, next.elements, bytes);
        }
        return all;
    }

private:
    void add_head(head next) {
        bytes_.append(reinterpret_cast<const char*>(&next), sizeof next);
        elements_ += std::max<std::uint32_t>(next.elements, 1);
    }
    template <class R>
    static void read_bare(chunk_result<R>& into, std::string_view bytes) {
        if constexpr (std::is_void_v<R>) {
            ++into.succeeded;
        } else if constexpr (crosses_bare<R>) {
            std::array<std::byte, sizeof(R)> copy{};
            std::memcpy(copy.data(), bytes.data(), std::min(bytes.size(), copy.size()));
            into.values.push_back(std::bit_cast<R>(copy));
        }
    }
    template <class R, class Bytes>
    static void read_chunk(chunk_result<R>& into, std::uint32_t elements, const Bytes& bytes) {
        const auto wanted = into.size() + elements;
        try {
            task_reading reading(bytes);
            into.append(chunk_bytes<R>::read(reading.archive()));
        } catch (...) {
            while (into.size() < wanted) into.append_failure(std::current_exception());
        }
    }

    std::string bytes_;
    std::vector<task_bytes> large_;
    std::uint64_t elements_ = 0;
};

// Of a task that is a batch.
struct task_batch {
    std::uint64_t elements = 0;
    std::function<void()> news;  // there is something to take; not called again before it was taken

    // ---- of the pool ----
    struct news_so_far {
        batch_results results;
        std::optional<std::uint64_t> ends_at;  // from that element on it will not run here
    };
    news_so_far untaken;
    bool is_told = false;
};

// A batch, whatever its results are.
class batch_core {
public:
    virtual bool is_ready() const noexcept = 0;
    // How long the worker was busy. When it is ready.
    virtual std::chrono::nanoseconds busy() const noexcept = 0;
    // Nobody wants the elements from that one on, as far as they have not begun.
    virtual void withdraw_from(std::size_t element) = 0;

protected:
    ~batch_core() = default;
};

// What a future of a batch waits for. What came is taken while more is to come, too.
template <class R>
class batch_state : public future_state<chunk_result<R>>, public batch_core {
public:
    struct some {
        std::size_t first;  // element of the batch
        chunk_result<R> result;
    };
    // What came since the last call. All elements have come when the state is ready.
    virtual std::vector<some> take_some() = 0;
};

}  // namespace brood::detail
