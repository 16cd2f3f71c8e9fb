// SPDX-License-Identifier: MIT
// expect: a lock of threads does not work between processes: shared_value has a lock of its own
#include <brood/shared_value.hpp>

#include <mutex>

struct guarded {
    std::mutex lock;
    int value;
};
brood::shared_value<guarded> value;
