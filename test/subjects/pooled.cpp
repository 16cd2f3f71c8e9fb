// SPDX-License-Identifier: MIT
// A program with pools, for those that watch it: `pooled KIND [COUNT]`.
#include <brood/brood.hpp>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace {

int tiny(int x) { return x + 1; }

// A processor's own work of some milliseconds.
std::uint64_t grind(std::uint64_t seed) {
    std::uint64_t x = seed + 1;
    for (int i = 0; i < 3'000'000; ++i) x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x;
}

std::vector<double> carry(std::vector<double> data) { return data; }

template <class F, class Make>
void submit_all(brood::pool& pool, int count, F function, Make make) {
    std::vector<brood::future<decltype(function(make(0)))>> all;
    for (int i = 0; i < count; ++i) all.push_back(pool.submit(function, make(i)));
    for (auto& each : all) each.get();
}

int run(const std::string& kind, int count) {
    if (kind == "none") return 0;
    if (kind == "fails") return 3;
    brood::pool pool({.workers = 2, .name = "work"});
    if (kind == "idle") return 0;
    if (kind == "tiny") submit_all(pool, count, tiny, [](int i) { return i; });
    if (kind == "grind") submit_all(pool, count, grind, [](int i) { return static_cast<std::uint64_t>(i); });
    if (kind == "carry") submit_all(pool, count, carry, [](int) { return std::vector<double>(1 << 19, 1.5); });
    if (kind == "map") pool.map(tiny, std::vector<int>(static_cast<std::size_t>(count), 1));
    if (kind == "late failure") {
        pool.apply(tiny, 1);
        return 3;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    const std::string kind = argc > 1 ? argv[1] : "none";
    std::cout << "kind: " << kind << std::endl;
    return run(kind, argc > 2 ? std::atoi(argv[2]) : 1);
}
