// SPDX-License-Identifier: MIT
// expect: a raw pointer means nothing in another process: use a value, std::unique_ptr, std::shared_ptr or an index
// expect-g++: samples::data \(double\*\)
// expect-clang: samples, .*"data".*double \*
#include <brood/serialization.hpp>

struct samples {
    int count;
    double* data;
};
void check() { brood::detail::require_serializable<samples>(); }
