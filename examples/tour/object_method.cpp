// SPDX-License-Identifier: MIT
// A method of an object runs in another process, on a copy of the object. An aggregate needs no further code.
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>

struct my_class {
    int i;
    void simple_method() const {
        std::cout << "This is a simple method\n"
                  << "The stored value is: " << i << std::endl;
    }
};

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    const my_class object{1};
    brood::process p(&my_class::simple_method, object);
    p.start();
    p.join();
}
