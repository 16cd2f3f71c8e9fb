// SPDX-License-Identifier: MIT
// Second cure: brood::recreate, which crosses as its arguments and is built again in the process that uses it.
#include <brood/brood.hpp>

#include "method.hpp"

#include <fstream>
#include <iostream>
#include <string>

struct my_class {
    int i;
    brood::recreate<std::ofstream> file;
    void simple_method() const {
        std::cout << "The stored value is: " << i << std::endl;
        *file << "line of the child" << std::endl;
    }
};

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    my_class object{1, brood::recreate<std::ofstream>("1.txt", std::ios::app)};
    *object.file << "line of the parent" << std::endl;
    brood::process p(&my_class::simple_method, object);
    p.start();
    p.join();

    std::ifstream file("1.txt");
    for (std::string line; std::getline(file, line);) std::cout << "1.txt: " << line << std::endl;
}
