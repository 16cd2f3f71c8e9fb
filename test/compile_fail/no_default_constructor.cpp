// SPDX-License-Identifier: MIT
// expect: it has no default constructor that can be called: add one, or a static load_and_construct
// expect: celsius
#include <brood/serialization.hpp>

class celsius {
public:
    explicit celsius(double degrees) : degrees_(degrees) {}
    template <class Archive>
    void serialize(Archive& archive) {
        archive(degrees_);
    }

private:
    double degrees_;
};
void check() { brood::detail::require_serializable<celsius>(); }
