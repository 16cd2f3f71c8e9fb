// SPDX-License-Identifier: MIT
// A picture of a process that a program under `brood check` wrote: what it had open, and its writable memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace tool::check {

struct picture {
    struct module {
        std::uint64_t base = 0;
        std::string build_id;
        bool program = false;
        std::string path;
    };
    struct descriptor {
        int number = 0;
        bool inheritable = false;
        std::string target;  // as the system names it: a path, "socket:[123]"...
    };
    struct mapping {
        std::uint64_t begin = 0, end = 0;
        bool writable = false;
        std::string name;  // a path, "[heap]", "[stack]" or nothing
    };
    struct thread {
        std::int64_t id = 0;
        std::string name;
    };

    std::int64_t pid = 0;
    std::string method, name;            // of the child that is about to start; in a parent's picture
    std::size_t threads_of_program = 0;  // without brood's own
    std::vector<thread> threads;
    std::vector<descriptor> descriptors;
    std::vector<std::string> file_locks;  // lines of /proc/locks
    std::vector<module> modules;
    std::vector<mapping> mappings;  // by address
    std::uint64_t omitted = 0;      // bytes of memory that were left out

    // Throws std::runtime_error when the file is none, or is cut short.
    static picture load(const std::filesystem::path& file);

    // Copies memory of the process; false when that part is not in the picture.
    bool read(std::uint64_t address, void* into, std::size_t size) const;
    template <class T>
    std::optional<T> read(std::uint64_t address) const {
        static_assert(std::is_trivially_copyable_v<T>);
        T value;
        if (!read(address, &value, sizeof value)) return std::nullopt;
        return value;
    }
    const mapping* mapping_at(std::uint64_t address) const;

private:
    struct part {
        std::uint64_t address = 0, size = 0, offset = 0;  // in bytes_
    };
    void take_line(const std::string& line);
    const part* part_at(std::uint64_t address) const;

    std::vector<part> parts_;  // by address
    std::string bytes_;
};

}  // namespace tool::check
