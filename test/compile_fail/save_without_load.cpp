// SPDX-License-Identifier: MIT
// expect: it can be saved but not loaded: add the load that belongs to its save
// expect: half
#include <brood/serialization.hpp>

struct half {
    int value;
    template <class Archive>
    void save(Archive& archive) const {
        archive(value);
    }
};
void check() { brood::detail::require_serializable<half>(); }
