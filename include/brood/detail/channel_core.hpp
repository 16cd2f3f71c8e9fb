// SPDX-License-Identifier: MIT
// What queues and pipes do whatever the type of their values.
#pragma once

#include <brood/detail/plain.hpp>
#include <brood/detail/shared_object.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/export.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>

namespace brood::channel {
struct queue_state;
}

namespace brood::detail {

using channel_deadline = std::optional<std::chrono::steady_clock::time_point>;
inline constexpr std::chrono::steady_clock::time_point at_once = std::chrono::steady_clock::time_point::min();

enum class channel_result : std::uint8_t {
    done,
    late,     // the deadline came first
    closed,   // by close(), or with the last writer of a pipe; for who gets: and everything was taken
    deserted  // nobody else is left
};

// Values of at most that many bytes lie in the ring itself.
inline constexpr std::size_t small_value = 4096;

// The bytes of a value that was taken out, and the blocks beside them.
class BROOD_API taken_value final : public block_source {
public:
    taken_value() noexcept {}
    std::span<const std::byte> bytes() const noexcept { return bytes_; }
    std::size_t count() override { return sizes_.size(); }
    std::uint64_t size(std::size_t index) override;
    void read(std::size_t index, std::span<std::byte> into) override;

    void set_small(const void* bytes, std::size_t size) noexcept;
    void set_message(std::shared_ptr<arena::held_block> message) noexcept;

private:
    std::array<std::byte, small_value> small_;
    std::span<const std::byte> bytes_;
    std::shared_ptr<arena::held_block> message_;
    std::span<const std::uint64_t> sizes_;
    const std::byte* blocks_ = nullptr;
};

// One queue in shared memory, as one process sees it. Does not own it.
class BROOD_API channel_core {
public:
    channel_core() noexcept = default;
    explicit channel_core(channel::queue_state* state) noexcept : state_(state) {}
    // A new queue; `plain_size`: of its values when they are plain bytes, else 0.
    static shared_object make(std::uint64_t capacity, std::size_t plain_size);
    static shared_object load(input_archive& archive, std::size_t plain_size);
    static channel_core of(const shared_object& queue) {
        return channel_core(static_cast<channel::queue_state*>(queue.bytes()));
    }

    channel_result put_plain(const void* value, std::size_t size, channel_deadline until) const;
    channel_result put(const output_archive& archive, channel_deadline until) const;
    channel_result get_plain(void* value, std::size_t size, channel_deadline until) const;
    channel_result get(taken_value& into, channel_deadline until) const;
    // Until there is a value, or will never be one: true.
    bool wait_filled(channel_deadline until) const;
    void join_wait(wait_set& set) const;

    void close() const;
    bool is_closed() const;
    std::uint64_t size() const;
    std::uint64_t capacity() const;

    // How many values were put that task_done() was not called for. task_done: false when there is none. join: `late`,
    // or `deserted` when nobody is left who could call it.
    bool task_done() const;
    channel_result join(channel_deadline until) const;

private:
    channel::queue_state* state_ = nullptr;
};

template <class T>
inline constexpr bool crosses_as_bytes = is_plain<T>&& std::is_trivially_copyable_v<T> && sizeof(T) <= small_value;
template <class T>
inline constexpr std::size_t plain_size_of = crosses_as_bytes<T> ? sizeof(T) : 0;

// Throws serialization_error, and then nothing was put.
template <class T>
channel_result put_value(const channel_core& into, const T& value, channel_deadline until) {
    require_serializable<T>();
    if constexpr (crosses_as_bytes<T>) {
        return into.put_plain(&value, sizeof value, until);
    } else {
        output_archive archive({.handles = false});
        save_value(archive, value);
        return into.put(archive, until);
    }
}

template <class T>
struct value_or_why {
    std::optional<T> value;
    channel_result why = channel_result::done;
};
template <class T>
value_or_why<T> get_value(const channel_core& from, channel_deadline until) {
    if constexpr (crosses_as_bytes<T>) {
        std::array<std::byte, sizeof(T)> bytes;
        if (const auto why = from.get_plain(bytes.data(), sizeof(T), until); why != channel_result::done)
            return {std::nullopt, why};
        return {std::bit_cast<T>(bytes)};
    } else {
        taken_value taken;
        if (const auto why = from.get(taken, until); why != channel_result::done) return {std::nullopt, why};
        input_archive archive(taken.bytes(), &taken);
        return {load_value<T>(archive)};
    }
}

}  // namespace brood::detail
