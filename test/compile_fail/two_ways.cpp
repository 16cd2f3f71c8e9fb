// SPDX-License-Identifier: MIT
// expect: it has more than one of serialize, save/load and save_minimal/load_minimal
// expect: choose one with cereal::specialize
// expect: confused
#include <brood/serialization.hpp>

struct confused {
    int value;
    template <class Archive>
    void serialize(Archive& archive) {
        archive(value);
    }
    template <class Archive>
    void save(Archive& archive) const {
        archive(value);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(value);
    }
};
void check() { brood::detail::require_serializable<confused>(); }
