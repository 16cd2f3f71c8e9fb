// SPDX-License-Identifier: MIT
// expect: result_of_target
// expect: device
#include <brood/brood.hpp>

class device {
public:
    device& open();

private:
    int handle_;
};
void check(const brood::proxy<device>& d) { d.call<&device::open>(); }
