// SPDX-License-Identifier: MIT
// expect: its save must be a const member function
// expect: careless
#include <brood/serialization.hpp>

class careless {
public:
    careless() {}
    template <class Archive>
    void save(Archive& archive) {
        archive(value_);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(value_);
    }

private:
    int value_ = 0;
};
void check() { brood::detail::require_serializable<careless>(); }
