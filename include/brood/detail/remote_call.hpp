// SPDX-License-Identifier: MIT
// One call of an object that lives in a manager's process, as its caller sees it.
#pragma once

#include <brood/detail/channel_core.hpp>
#include <brood/detail/process_state.hpp>
#include <brood/detail/target.hpp>
#include <brood/export.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace brood::managing {
class distant_call;
class distant_object;
struct call_slot;
struct manager_state;
struct request_head;
}  // namespace brood::managing

namespace brood::detail {

// What runs in the manager's process: reads the arguments, calls `object`, and hands over the result.
using managed_entry = void (*)(void* object, input_archive& arguments, target_session& session);

// Beside what a call may run on its object: reads beside each other where the object allows it, a `lone` call beside no
// other that asks for anything, even on an object that is called freely.
enum class call_access : std::uint8_t { write, read, lone };

// How calls on an object run, as manager::mode.
enum class call_mode : std::uint8_t { exclusive, reader_writer, free_threaded };

// An entry function of the program with the type of its object, so that a request of another program can be checked:
// made before main, for every function that may be called.
class BROOD_API known_entry {
public:
    known_entry(managed_entry entry, std::uint64_t type) noexcept;
    static bool is_known(managed_entry entry, std::uint64_t type) noexcept;

private:
    managed_entry entry_;
    std::uint64_t type_;
    const known_entry* next_;
};

// What a proxy or a manager's handle refers to: something of the session, or what a connection leads to.
class BROOD_API object_ref {
public:
    object_ref() noexcept = default;
    explicit object_ref(shared_object local) noexcept : local_(std::move(local)) {}
    explicit object_ref(std::shared_ptr<managing::distant_object> distant) noexcept : distant_(std::move(distant)) {}
    explicit operator bool() const noexcept { return local_ || distant_; }
    const shared_object& local() const noexcept { return local_; }
    const std::shared_ptr<managing::distant_object>& distant() const noexcept { return distant_; }
    // Throws serialization_error for what a connection leads to: it stays in its process.
    void save(output_archive& archive) const;
    friend BROOD_API bool operator==(const object_ref& a, const object_ref& b) noexcept;

private:
    shared_object local_;
    std::shared_ptr<managing::distant_object> distant_;
};

// The name of an entry function in a request: an offset where it is part of the program, as nearly all are.
class BROOD_API entry_name {
public:
    // Throws serialization_error when the address is in no program or library.
    explicit entry_name(managed_entry entry);
    std::uint64_t offset() const noexcept { return offset_; }
    managed_entry address() const noexcept { return entry_; }
    // The bytes of its whole location; empty when it is in the program.
    const std::string& elsewhere() const noexcept { return elsewhere_; }

private:
    managed_entry entry_;
    std::uint64_t offset_ = 0;
    std::string elsewhere_;
};

// Made, given arguments, sent, waited for, opened. One thread at a time; waiting may be done by several. Ended before
// its answer came it does not wait: the call runs and its result is dropped.
class BROOD_API remote_call {
public:
    // Of the object that a proxy names. `waits`: its caller does nothing but wait for it, so objects that wait for the
    // caller let it in. Throws std::logic_error for an empty proxy, process_died when its manager's process
    // is known to have ended.
    remote_call(const object_ref& proxy, const entry_name& entry, call_access access, bool waits);
    // Of a manager: that it makes an object of a type with that number.
    remote_call(const object_ref& manager, const entry_name& entry, call_mode mode, std::uint64_t type);
    // The same to a process that began to serve in a dead one's place and is not known to others yet: makes the object
    // of a proxy again. Nothing is given back.
    remote_call(const shared_object& manager, const entry_name& entry, call_mode mode, const shared_object& proxy,
                std::uint32_t server);
    // Of a manager: how many objects it has.
    explicit remote_call(const object_ref& manager);
    // Of a manager that a connection leads to: the object that was published by that name.
    remote_call(const object_ref& manager, const std::string& name, std::uint64_t type);
    // Of the session, with a head that was received; `keeper`: object or manager.
    remote_call(const shared_object& keeper, const managing::request_head& head);
    remote_call(const remote_call&) = delete;
    remote_call& operator=(const remote_call&) = delete;
    ~remote_call();

    // Everything that is written here must live until send() returned.
    output_archive& arguments() noexcept { return request_; }
    // Throws brood::error when the manager was shut down; without effect.
    void send();
    // True when the result, the exception or the manager's death is known.
    bool wait_until(const channel_deadline& until);
    // After that, once: the archive that holds the result, valid as long as this object; throws what the call threw, or
    // process_died.
    input_archive& open();
    // The same without a look at the bytes; of a call whose head asked for all bytes in one piece.
    struct raw_answer {
        bool is_exception;
        std::span<const std::byte> bytes;
    };
    raw_answer open_raw();
    // For who watches many: whether wait_until() would give true at once, and the word in shared memory that is woken
    // when it does. Only of the session's own calls: `can_watch`.
    bool can_watch() const noexcept { return distant_ == nullptr; }
    bool is_over() const noexcept;
    void tell_when_over(std::uint64_t word) noexcept;
    // Of a decided call.
    bool has_failed() const noexcept;
    // What create or find gave.
    object_ref open_object(std::uint64_t type);

private:
    enum class unsent : std::uint8_t {};
    remote_call(const object_ref& keeper, unsent);
    void begin(managing::request_head head, const entry_name* entry);
    void begin_at_manager(const managing::request_head& head, const entry_name* entry);
    void begin_distant(const managing::request_head& head, const entry_name* entry);
    void find_server();
    [[noreturn]] void throw_died() const;
    bool is_decided() const noexcept;

    object_ref keeper_;                                // keeps object and manager
    std::unique_ptr<managing::distant_call> distant_;  // if a connection leads to it
    managing::manager_state* manager_ = nullptr;
    managing::call_slot* slot_ = nullptr;
    std::uint32_t server_ = 0;
    bool sent_ = false;
    output_archive request_;
    std::unique_ptr<taken_value> message_;
    std::optional<input_archive> reply_;
};

// The same as what a future waits for.
BROOD_API std::shared_ptr<pending_result> pend(std::unique_ptr<remote_call> call);

}  // namespace brood::detail
