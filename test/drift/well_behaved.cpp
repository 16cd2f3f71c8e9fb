// SPDX-License-Identifier: MIT
// A program that keeps to the rules: what a child needs is passed, and globals have their values from the start.
#include <brood/brood.hpp>

#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace {

struct settings {
    int level = 3;
    std::string name = "a name that is too long for the small buffer of a string";
    std::vector<double> weights = {0.5, 1.5};
};

const settings defaults;
std::map<std::string, std::vector<int>> table = {{"one", {1}}, {"two", {1, 2}}, {"three", {1, 2, 3}}};
std::unordered_map<int, std::string> names = {{1, "one"}, {2, "two"}};
std::set<std::string> words = {"alpha", "beta", "gamma"};
std::unique_ptr<settings> owned = std::make_unique<settings>();
std::shared_ptr<settings> shared = std::make_shared<settings>();
std::mutex guard;
const char* greeting = "hello";
void (*callback)(int) = nullptr;
int numbers[4] = {1, 2, 3, 4};
const int* second = &numbers[1];
std::vector<const settings*> pointers = {&defaults, owned.get()};

int sum(int upto) {
    const std::lock_guard lock(guard);
    int total = *second;
    for (int i = 0; i < upto; ++i) total += numbers[i] * defaults.level;
    return total + static_cast<int>(table.size() + names.size() + words.size() + pointers.size());
}

void work(int upto, std::string text) {
    std::cout << greeting << " " << text << " " << sum(upto) << " " << shared->name << " " << owned->level << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    std::cout << "parent " << sum(2) << (callback == nullptr ? "" : "!") << std::endl;
    for (int i = 1; i <= 3; ++i) {
        brood::process p(work, i, "from the parent");
        p.start();
        p.join();
    }
}
