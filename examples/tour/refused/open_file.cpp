// SPDX-License-Identifier: MIT
// An object that holds an open file. This does not compile, and the message says which member is in the way.
#include <brood/brood.hpp>

#include <fstream>
#include <iostream>

struct my_class {
    int i;
    std::ofstream file;
    void simple_method() const {
        std::cout << "This is a simple method\n"
                  << "The stored value is: " << i << std::endl;
    }
};

int main(int argc, char** argv) {
    brood::init(argc, argv);

    my_class object{1, std::ofstream("1.txt")};
    brood::process p(&my_class::simple_method, std::move(object));
    p.start();
    p.join();
}
