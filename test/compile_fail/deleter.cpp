// SPDX-License-Identifier: MIT
// expect: a deleter of its own says that this is a resource of this process
// expect: close_file
#include <brood/serialization.hpp>

#include <cstdio>
#include <memory>

struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
void check() { brood::detail::require_serializable<std::unique_ptr<std::FILE, close_file>>(); }
