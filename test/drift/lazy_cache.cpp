// SPDX-License-Identifier: MIT
// A cache that is filled when it is first asked, in the parent before the child starts.
#include <brood/brood.hpp>

#include <iostream>
#include <map>
#include <string>

struct cache {
    std::map<int, std::string> entries;
    int misses = 0;
    const std::string& find(int key) {
        const auto [entry, is_new] = entries.try_emplace(key);
        if (is_new) {
            ++misses;
            entry->second = "value " + std::to_string(key);
        }
        return entry->second;
    }
};

cache known;

void work() {
    const std::string text = known.find(2);
    std::cout << "child: " << text << ", misses: " << known.misses << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    for (int key = 0; key < 3; ++key) known.find(key);
    brood::process p(work);
    p.start();
    p.join();
}
