// SPDX-License-Identifier: MIT
// An operating system handle as a value that crosses to other processes.
#pragma once

#include <brood/config.hpp>
#include <brood/export.hpp>

#include <memory>

namespace brood {

class output_archive;
class input_archive;

// Owns a file descriptor (POSIX) or HANDLE (Windows) of any kind. Copies share it; the last one closes it. Sent to
// another process it arrives there as a handle of the same object, owned by what was received: as an argument or a
// result, and through queues, pipes, pools, managers and shared results. There the first process of the program keeps
// it until nobody can take it any more; putting it throws serialization_error, with the code
// std::errc::too_many_files_open when that process can hold no more. Not to a manager of another session.
class BROOD_API handle {
public:
    handle() noexcept = default;
    // Takes ownership of `native`.
    explicit handle(native_handle_type native);
    // A second handle of the same object; `native` stays the caller's. Throws std::system_error.
    static handle duplicate_of(native_handle_type native);

    bool is_open() const noexcept { return owned_ != nullptr; }
    explicit operator bool() const noexcept { return is_open(); }
    // The system's handle, still owned by this object; throws std::logic_error when empty.
    native_handle_type native_handle() const;
    // Lets go of it; closes it if no copy is left.
    void close() noexcept { owned_.reset(); }

    void save(output_archive& archive) const;
    void load(input_archive& archive);

private:
    struct owner;
    std::shared_ptr<const owner> owned_;
};

}  // namespace brood
