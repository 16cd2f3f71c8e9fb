// SPDX-License-Identifier: MIT
// expect: an open file or stream stays in its process
// expect: basic_fstream<char>
#include <brood/serialization.hpp>

#include <fstream>

void check() { brood::detail::require_serializable<std::fstream>(); }
