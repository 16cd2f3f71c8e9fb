// SPDX-License-Identifier: MIT
// An open file that crosses to other processes, as std::ofstream cannot.
#pragma once

#include <brood/export.hpp>
#include <brood/handle.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ios>
#include <span>
#include <string>
#include <string_view>

namespace brood {

// An open file, unbuffered. Copies, and what another process receives, refer to the same open file: they share its
// position. Bytes are not translated on any system. Failures throw std::system_error.
// Threads: single calls may run at the same time; the system orders them.
class BROOD_API file {
public:
    file() noexcept = default;

    // Opens a file. Modes as for std::fstream (in, out, app, trunc; `binary` and `ate` mean what they mean there).
    static file open(const std::filesystem::path& path, std::ios_base::openmode mode);
    // Modes as for std::fopen: "r", "w", "a", each with "+" (both) and "x" (must not exist); "b" is allowed.
    static file open(const std::filesystem::path& path, std::string_view mode);

    bool is_open() const noexcept { return handle_.is_open(); }
    explicit operator bool() const noexcept { return is_open(); }

    // Reads up to into.size() bytes; 0 only at the end of the file.
    std::size_t read(std::span<std::byte> into) const;
    // Reads up to `count` bytes; empty only at the end.
    std::string read(std::size_t count) const;
    // All that is left.
    std::string read_all() const;
    // Writes everything; gives its size.
    std::size_t write(std::span<const std::byte> from) const;
    std::size_t write(std::string_view text) const;
    // Moves the position that all copies share; gives the new one, in bytes from the start.
    std::uint64_t seek(std::int64_t offset, std::ios_base::seekdir from = std::ios_base::beg) const;
    std::uint64_t tell() const { return seek(0, std::ios_base::cur); }
    // Lets go of the file; it is closed when no copy is left in any process.
    void close() noexcept { handle_.close(); }

    native_handle_type native_handle() const { return handle_.native_handle(); }
    const brood::handle& as_handle() const noexcept { return handle_; }

    void save(output_archive& archive) const { handle_.save(archive); }
    void load(input_archive& archive) { handle_.load(archive); }

private:
    brood::handle handle_;
};

}  // namespace brood
