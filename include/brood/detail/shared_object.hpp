// SPDX-License-Identifier: MIT
// What every handle of an object in memory that processes share is made of.
#pragma once

#include <brood/detail/load_value.hpp>
#include <brood/export.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace brood::arena {
class held_block;
enum class kind : std::uint64_t;
}  // namespace brood::arena

namespace brood::detail {

// Refers to one object in shared memory. Copies refer to the same one, in whatever process they land: it crosses as its
// place. The object is freed with the last handle, in whatever process that is; a dead process's handles count no more.
// Copying and destroying is thread-safe, as for std::shared_ptr; one handle is for one thread at a time.
class BROOD_API shared_object {
public:
    shared_object() noexcept = default;
    // A new object of `size` bytes, filled by `fill`, which must not use shared objects itself. Throws std::bad_alloc,
    // or brood::error when the system has no memory that processes can share.
    static shared_object make(arena::kind what, std::size_t size, const std::function<void(void*)>& fill);
    static shared_object of(std::shared_ptr<arena::held_block> held) noexcept;

    explicit operator bool() const noexcept { return held_ != nullptr; }
    // Where it is in this process; throws std::logic_error when this handle was moved from.
    void* bytes() const {
        if (bytes_ == nullptr) fail_empty();
        return bytes_;
    }
    template <class T>
    T& as() const {
        return *static_cast<T*>(bytes());
    }
    const std::shared_ptr<arena::held_block>& held() const noexcept { return held_; }
    friend bool operator==(const shared_object& a, const shared_object& b) noexcept { return a.bytes_ == b.bytes_; }

    // Its place in the session's memory. Throws serialization_error when the bytes come from another session or name no
    // object of that kind.
    void save(output_archive& archive) const;
    static shared_object load(input_archive& archive, arena::kind what);

private:
    [[noreturn]] static void fail_empty();
    std::shared_ptr<arena::held_block> held_;
    void* bytes_ = nullptr;
};

}  // namespace brood::detail
