// SPDX-License-Identifier: MIT
// Memory with a name, which any program of the same user can attach: C++ programs by brood, Python programs by
// multiprocessing.shared_memory, and the other way round.
#pragma once

#include <brood/export.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace brood {

class output_archive;
class input_archive;

// A handle of named memory: copies refer to the same mapping, which stays as long as one of them. It crosses to another
// process as its name and is attached there. Memory is not locked: agree on who writes.
//
// The memory lives until unlink(), or until the session of whoever made it has ended: the first process that no other
// process of brood's started, and all below it. That holds for a kill -9 of any or all of them; a process that only
// attached never removes anything. The mappings of others stay valid after that.
//
// Failures of the system throw brood::error with its code. Threads: like std::shared_ptr; a forked child keeps what was
// mapped.
class BROOD_API shared_memory {
public:
    // Empty.
    shared_memory() noexcept = default;

    // Makes zeroed memory of `size` bytes, all of it set aside: when there is too little, this throws
    // (std::errc::no_space_on_device), and no later access fails. Without a name it gets a free one: "psm_" (Windows
    // "wnsm_") and eight digits. Code std::errc::file_exists: there is memory of that name. A size of 0, and a name
    // with a zero character or a slash, throw std::invalid_argument. The first call in a session takes as long as a
    // spawn. macOS: names have 30 characters at most, else std::errc::filename_too_long; elsewhere 255.
    static shared_memory create(std::size_t size, const std::string& name = {});
    // Maps all of what another process made, or this one. Code std::errc::no_such_file_or_directory: there is none.
    // Code std::errc::resource_unavailable_try_again: its maker has not given it a size yet.
    static shared_memory attach(const std::string& name);

    // The bytes; valid as long as a copy of this handle is. Throws std::logic_error when empty or closed.
    std::span<std::byte> data() const;
    // As it was asked for. Attached memory may have more: whole pages on Windows and macOS.
    std::size_t size() const { return data().size(); }
    // Without the slash of POSIX; kept after close(), empty for an empty handle.
    const std::string& name() const noexcept { return name_; }
    bool is_open() const noexcept { return mapping_ != nullptr; }
    explicit operator bool() const noexcept { return is_open(); }

    // Lets go of the mapping; it is gone when no copy has it. The name stays.
    void close() noexcept { mapping_.reset(); }
    // Takes the name away, once for all processes; works after close(), too. The memory ends with its last mapping.
    // Code std::errc::no_such_file_or_directory: that was done before. Windows: as long as mappings are left there can
    // be no other memory of that name; and for memory that was not made by brood only a second call by copies throws.
    void unlink();

    void save(output_archive& archive) const;
    void load(input_archive& archive);

private:
    struct mapping;
    std::string name_;
    std::shared_ptr<const mapping> mapping_;
    std::shared_ptr<bool> unlinked_;  // what the copies know; read and written through std::atomic_ref
};

}  // namespace brood
