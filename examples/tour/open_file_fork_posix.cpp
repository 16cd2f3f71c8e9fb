// SPDX-License-Identifier: MIT
// The same object under fork: nothing is sent, the child has all of the parent's memory and open files. The type says
// that this is for systems that can fork.
#include <brood/brood.hpp>

#include <fstream>
#include <iostream>
#include <string>

struct my_class {
    int i;
    std::ofstream file;
    void simple_method() {
        std::cout << "The stored value is: " << i << std::endl;
        file << "line of the child" << std::endl;
    }
};

int main(int argc, char** argv) {
    brood::init(argc, argv);

    my_class object{1, std::ofstream("1.txt")};
    object.file << "line of the parent" << std::endl;
    brood::fork_process p([&] { object.simple_method(); });
    p.start();
    p.join();

    std::ifstream file("1.txt");
    for (std::string line; std::getline(file, line);) std::cout << "1.txt: " << line << std::endl;
}
