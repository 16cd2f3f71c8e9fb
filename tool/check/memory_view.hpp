// SPDX-License-Identifier: MIT
// A picture with the debug information of its modules: what an address means there.
#pragma once

#include "check/debug_info.hpp"
#include "check/picture.hpp"

#include <map>
#include <memory>
#include <string>

namespace tool::check {

// Each file's debug information, read once. A file that cannot be read is as if it had none.
class debug_files {
public:
    const debug_info* of(const std::string& path);

private:
    std::map<std::string, std::unique_ptr<debug_info>> known_;
};

struct place {
    enum class kind : std::uint8_t { null, module, stack, memory, nowhere } what = kind::nowhere;
    const picture::module* where = nullptr;
    std::uint64_t offset = 0;  // in the module's file
};

class memory_view {
public:
    memory_view(const picture& taken, debug_files& files) : picture_(taken), files_(files) {}

    const picture& taken() const { return picture_; }
    place place_of(std::uint64_t address) const;
    // "&name", "null", "memory on the heap"...
    std::string name_of(std::uint64_t address) const;
    // The text that begins there, up to its zero; nothing when it does not end within `most` bytes.
    std::optional<std::string> text_at(std::uint64_t address, std::size_t most) const;
    template <class T>
    std::optional<T> read(std::uint64_t address) const {
        return picture_.read<T>(address);
    }

private:
    const picture& picture_;
    debug_files& files_;
};

}  // namespace tool::check
