// SPDX-License-Identifier: MIT
// What can be chosen for one process.
#pragma once

#include <brood/file.hpp>
#include <brood/handle.hpp>
#include <brood/start_method.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace brood {

// Tags for a standard stream: the null device, and the parent's own stream.
struct null_t {
    explicit null_t() = default;
};
// The tag of `inherit`.
struct inherit_t {
    explicit inherit_t() = default;
};
// The null device: nothing to read, and what is written is lost.
inline constexpr null_t null{};
// The stream of the process that starts the other.
inline constexpr inherit_t inherit{};

// Where a standard stream of a child leads: a file by path (read from its start, or created and emptied), an open file
// or handle (shared with it), `null` or `inherit`.
class stdio {
public:
    stdio(null_t) noexcept : where_(null) {}
    stdio(inherit_t) noexcept : where_(inherit) {}
    stdio(std::filesystem::path path) : where_(std::move(path)) {}
    stdio(const char* path) : where_(std::filesystem::path(path)) {}
    stdio(const std::string& path) : where_(std::filesystem::path(path)) {}
    stdio(brood::handle open) noexcept : where_(std::move(open)) {}
    stdio(const brood::file& open) : where_(open.as_handle()) {}

    using variant = std::variant<null_t, inherit_t, std::filesystem::path, brood::handle>;
    const variant& where() const noexcept { return where_; }

private:
    variant where_;
};

// Options of one process; everything left out keeps its default.
struct process_options {
    std::string name = {};                                 // empty: process-1, process-1:2, ...
    bool daemon = false;                                   // at exit of this process: terminated instead of joined
    std::optional<brood::start_method> start_method = {};  // else get_start_method() at start()
    std::filesystem::path cwd = {};                        // else this process's at start()
    // Added to, or replacing, inherited variables. Windows allows 32,767 characters each.
    std::map<std::string, std::string> env = {};
    bool clear_env = false;  // inherit no variable
    stdio stdin_from = brood::null;
    stdio stdout_to = brood::inherit;
    stdio stderr_to = brood::inherit;
    std::vector<brood::handle> inherit = {};         // kept open in the child under the same value
    std::vector<unsigned> cpus = {};                 // logical processors that it may use; empty: all of this process's
    std::optional<int> niceness = {};                // -20 to 19; Windows: the nearest priority class
    std::optional<std::uint64_t> memory_limit = {};  // bytes of address space (POSIX) or committed memory (Windows)
    bool receive_ctrl_c = false;                     // Ctrl-C of the terminal reaches the child too
    bool allow_threads = false;                      // fork even while other threads of this process run
};

}  // namespace brood
