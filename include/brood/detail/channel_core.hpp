// SPDX-License-Identifier: MIT
// What queues and pipes do whatever the type of their values.
#pragma once

#include <brood/detail/plain.hpp>
#include <brood/detail/shared_object.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/loan.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

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

// The bytes of a value that was taken out, and the blocks beside them. Aligned as shared_alignment.
class BROOD_API taken_value final : public block_source {
public:
    taken_value() noexcept {}
    std::span<const std::byte> bytes() const noexcept { return bytes_; }
    // The block that holds it, if it has one of its own.
    const std::shared_ptr<arena::held_block>& message() const noexcept { return message_; }
    std::size_t count() override { return sizes_.size(); }
    std::uint64_t size(std::size_t index) override;
    void read(std::size_t index, std::span<std::byte> into) override;
    const std::byte* lies_at(std::size_t index) override;
    std::uint64_t wait_for(std::size_t index, std::uint64_t from) override;

    // What the bytes lie in; empty when they were copied.
    shared_object owner() const { return message_ ? shared_object::of(message_) : shared_object(); }

    void set_small(const void* bytes, std::size_t size) noexcept;
    // A message, or a block that holds nothing but the bytes. `lost`, which must live as long, is set when the rest of
    // a message that grows will not come; null: its writer cannot end before this process does.
    void set_message(std::shared_ptr<arena::held_block> message, const std::atomic<bool>* lost = nullptr) noexcept;

private:
    std::size_t begin_of(std::size_t index) noexcept;

    alignas(shared_alignment) std::array<std::byte, small_value> small_;
    std::span<const std::byte> bytes_;
    std::shared_ptr<arena::held_block> message_;
    std::span<const std::uint64_t> sizes_;
    const std::byte* blocks_ = nullptr;
    const std::atomic<std::uint64_t>* written_ = nullptr;
    const std::atomic<bool>* lost_ = nullptr;
    std::size_t last_index_ = 0, last_begin_ = 0;  // of the block that was asked for last
};

// Another way on which something may come to a thread that waits at a queue. That thread calls all of it.
class BROOD_API other_way {
public:
    // Called often.
    virtual bool has_come() const noexcept = 0;
    // False when it was not there, or for another one.
    virtual bool take(taken_value& into) noexcept = 0;
    // The thread sleeps next; from here on, who brings something rings the queue.
    virtual void before_sleep() noexcept {}

protected:
    ~other_way() = default;
};

// One queue in shared memory, as one process sees it. Does not own it.
class BROOD_API channel_core {
public:
    channel_core() noexcept = default;
    explicit channel_core(channel::queue_state* state) noexcept : state_(state) {}
    explicit operator bool() const noexcept { return state_ != nullptr; }
    // A new queue; `plain_size`: of its values when they are plain bytes, else 0.
    static shared_object make(std::uint64_t capacity, std::size_t plain_size);
    static shared_object load(input_archive& archive, std::size_t plain_size);
    static channel_core of(const shared_object& queue) {
        return channel_core(static_cast<channel::queue_state*>(queue.bytes()));
    }

    channel_result put_plain(const void* value, std::size_t size, const channel_deadline& until) const;
    channel_result put(const output_archive& archive, const channel_deadline& until) const;
    // A message that was made before.
    channel_result put_message(const std::shared_ptr<arena::held_block>& message, const channel_deadline& until) const;
    channel_result put_run(std::span<const std::byte> bytes, const channel_deadline& until) const;
    channel_result get_plain(void* value, std::size_t size, const channel_deadline& until) const;
    channel_result get(taken_value& into, const channel_deadline& until) const;
    // What comes first, here or on the other way.
    channel_result get(taken_value& into, other_way& beside, const channel_deadline& until) const;
    // Wakes one that waits here, if nobody is about to look: something came on its other way.
    void ring() const;
    // Until there is a value, or will never be one: true.
    bool wait_filled(const channel_deadline& until) const;
    void join_wait(wait_set& set) const;

    void close() const;
    bool is_closed() const;
    std::uint64_t size() const;
    std::uint64_t capacity() const;
    // As it was made with.
    std::size_t plain_size() const;

    // How many values were put that task_done() was not called for. task_done: false when there is none. join: `late`,
    // or `deserted` when nobody is left who could call it.
    bool task_done() const;
    channel_result join(const channel_deadline& until) const;

private:
    channel::queue_state* state_ = nullptr;
};

inline void require_whole(std::size_t size, std::size_t of_one) {
    if (size % of_one != 0) throw serialization_error("a value of another size");
}

template <class T>
inline constexpr bool crosses_as_bytes = is_plain<T>&& std::is_trivially_copyable_v<T> && sizeof(T) <= small_value;
template <class T>
inline constexpr std::size_t plain_size_of = crosses_as_bytes<T> ? sizeof(T) : 0;

// Values that are one run of bytes are copied without an archive, and can be used where they lie in a message.
template <class T>
struct run_of_bytes {
    static constexpr bool exists = lies_in_place<T> && !crosses_as_bytes<T> && std::is_copy_constructible_v<T>;
    static std::span<const std::byte> of(const T& value) { return std::as_bytes(std::span(&value, 1)); }
    static T make(std::span<const std::byte> bytes) {
        require_whole(bytes.size(), sizeof(T));
        return *reinterpret_cast<const T*>(bytes.data());
    }
};

template <class Container>
struct run_of_elements {
    using element = typename Container::value_type;
    static constexpr bool exists = lies_in_place<element>;
    static std::span<const std::byte> of(const Container& value) { return std::as_bytes(std::span(value)); }
    static std::span<const element> elements(std::span<const std::byte> bytes) {
        require_whole(bytes.size(), sizeof(element));
        return {reinterpret_cast<const element*>(bytes.data()), bytes.size() / sizeof(element)};
    }
    static Container make(std::span<const std::byte> bytes) {
        const auto from = elements(bytes);
        Container made;
        made.reserve(from.size());
        const block_filling filling(made.data(), bytes.size());
        made.assign(from.begin(), from.end());
        return made;
    }
};
template <class U>
struct run_of_bytes<std::vector<U>> : run_of_elements<std::vector<U>> {};
template <class C>
struct run_of_bytes<std::basic_string<C>> : run_of_elements<std::basic_string<C>> {};

// Throws serialization_error, and then nothing was put.
template <class T>
channel_result put_value(const channel_core& into, const T& value, const channel_deadline& until) {
    require_serializable<T>();
    if constexpr (crosses_as_bytes<T>) {
        return into.put_plain(&value, sizeof value, until);
    } else if constexpr (run_of_bytes<T>::exists) {
        return into.put_run(run_of_bytes<T>::of(value), until);
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
value_or_why<T> get_value(const channel_core& from, const channel_deadline& until) {
    if constexpr (crosses_as_bytes<T>) {
        std::array<std::byte, sizeof(T)> bytes;
        if (const auto why = from.get_plain(bytes.data(), sizeof(T), until); why != channel_result::done)
            return {std::nullopt, why};
        return {std::bit_cast<T>(bytes)};
    } else {
        taken_value taken;
        if (const auto why = from.get(taken, until); why != channel_result::done) return {std::nullopt, why};
        if constexpr (run_of_bytes<T>::exists) {
            return {run_of_bytes<T>::make(taken.bytes())};
        } else {
            input_archive archive(taken.bytes(), &taken);
            return {load_value<T>(archive)};
        }
    }
}

template <class T>
inline constexpr bool is_lent_in_place = run_of_bytes<T>::exists&& loan_form_of<T>::value != loan_form::value;

// The value where it lies, if it lies in a block of its own; else a loan of a copy.
template <class T>
value_or_why<loan<T>> get_loan(const channel_core& from, const channel_deadline& until) {
    if constexpr (is_lent_in_place<T>) {
        taken_value taken;
        if (const auto why = from.get(taken, until); why != channel_result::done) return {std::nullopt, why};
        if (auto owner = taken.owner()) return {loan<T>::of(std::move(owner), taken.bytes())};
        if constexpr (loan_form_of<T>::value == loan_form::elements)
            return {loan<T>(run_of_bytes<T>::elements(taken.bytes()))};
        else
            return {loan<T>(run_of_bytes<T>::make(taken.bytes()))};
    } else {
        auto got = get_value<T>(from, until);
        if (!got.value) return {std::nullopt, got.why};
        return {loan<T>(std::move(*got.value))};
    }
}

}  // namespace brood::detail
