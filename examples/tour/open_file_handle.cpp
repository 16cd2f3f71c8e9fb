// SPDX-License-Identifier: MIT
// First cure: brood::file, a file whose open handle crosses. Both processes write through the same open file.
#include <brood/brood.hpp>

#include "method.hpp"

#include <fstream>
#include <iostream>
#include <string>

struct my_class {
    int i;
    brood::file file;
    void simple_method() const {
        std::cout << "The stored value is: " << i << std::endl;
        file.write("line of the child\n");
    }
};

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    my_class object{1, brood::file::open("1.txt", "w")};
    object.file.write("line of the parent\n");
    brood::process p(&my_class::simple_method, object);
    p.start();
    p.join();

    std::ifstream file("1.txt");
    for (std::string line; std::getline(file, line);) std::cout << "1.txt: " << line << std::endl;
}
