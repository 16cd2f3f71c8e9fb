// SPDX-License-Identifier: MIT
// The values of variables in two processes: whether they mean the same, and how to say what they are.
#pragma once

#include "check/containers.hpp"

#include <optional>
#include <set>
#include <string>
#include <utility>

namespace tool::check {

struct difference {
    std::string path;  // of the part that differs: ".level", "->name", "[3]"; empty: the whole
    std::string here, there;
    std::uint64_t offset = 0;  // of what is read first, in the variable
    std::uint64_t size = 0;
};

// The value for a reader: a number, "text", {1, 2, 3}...
std::string value_text(const object& one, const memory_view& view);

// Compares objects of one type, each in its process. Pointers are the same when they point to the same symbol of the
// same module, or to objects that are the same; what is the library's or the system's business is left out.
class comparison {
public:
    comparison(const memory_view& here, const memory_view& there) : here_(here), there_(there) {}

    // Of variables that are at the same offset of the same module.
    std::optional<difference> compare(const variable& one, std::uint64_t here, std::uint64_t there);

private:
    using result = std::optional<difference>;
    struct two {
        const type* what = nullptr;
        std::uint64_t here = 0, there = 0;
    };
    result objects(const two& both, const std::string& path);
    result bytes(const two& both, const std::string& path);
    result bits(const two& both, const member& part, const std::string& path);
    result pointers(const two& both, const std::string& path);
    result members(const two& both, const std::string& path);
    result file_streams(const two& both, const std::string& path);
    result strings(const two& both, const std::string& path);
    result containers(const two& both, const std::string& path);
    result array(const two& both, const std::string& path);
    result words(const two& both, std::uint64_t size, const std::string& path);
    result optionals(const two& both, const std::string& path, bool& decided);
    bool same_target(std::uint64_t here, std::uint64_t there) const;
    result differ(const two& both, const std::string& path, std::string here, std::string there,
                  std::uint64_t first_read = 0) const;
    result leaf(const two& both, const std::string& path) const;

    const memory_view& here_;
    const memory_view& there_;
    std::set<std::pair<std::uint64_t, const type*>> met_;
    std::uint64_t variable_ = 0, variable_size_ = 0;  // in this process
    std::uint64_t through_ = 0;  // the pointer of the variable through which the part is reached; 0: it is in it
    int depth_ = 0, steps_ = 0;
};

}  // namespace tool::check
