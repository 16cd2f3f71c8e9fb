// SPDX-License-Identifier: MIT
// A static object that opens a file: under fork one open file is shared, under spawn each process has its own.
#include <brood/brood.hpp>

#include <fstream>

struct journal {
    std::ofstream file{"journal.txt"};
    void add(const char* line) { file << line << std::endl; }
};

journal everything;
std::ofstream later;

void work() {
    everything.add("from the child");
    if (later.is_open()) later << "from the child" << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    later.open("later.txt");
    everything.add("from the parent");
    brood::process p(work);
    p.start();
    p.join();
    everything.add("the end");
}
