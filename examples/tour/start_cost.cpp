// SPDX-License-Identifier: MIT
// What starting a process and waiting for its end costs here: short tasks are eaten up by it.
#include <brood/brood.hpp>

#include "method.hpp"

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <vector>

void nothing() {}

double milliseconds_of_one_start() {
    const auto begin = std::chrono::steady_clock::now();
    brood::process p(nothing);
    p.start();
    p.join();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    milliseconds_of_one_start();  // the first one warms up: page cache, fork server
    std::vector<double> times(10);
    std::generate(times.begin(), times.end(), milliseconds_of_one_start);
    std::nth_element(times.begin(), times.begin() + 5, times.end());
    std::cout << "start and join: " << std::fixed << std::setprecision(2) << times[5] << " ms (median of "
              << times.size() << ")" << std::endl;
}
