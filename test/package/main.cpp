// SPDX-License-Identifier: MIT
// A user's first program: two functions in other processes. The exit code tells whether they did what they should.
#include <brood/brood.hpp>

#include <iostream>
#include <string>
#include <vector>

double mean(const std::vector<double>& values) {
    double sum = 0;
    for (double value : values) sum += value;
    return sum / static_cast<double>(values.size());
}

void greet(int times, const std::string& name) {
    for (int i = 0; i < times; ++i) std::cout << "hello " << name << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);

    brood::process greeter = brood::spawn(greet, 2, std::string("world"));
    greeter.join();

    brood::future<double> result = brood::async(mean, std::vector<double>{1, 2, 6});
    const double value = result.get();
    std::cout << "mean " << value << std::endl;

    return greeter.exit_code() == 0 && value == 3 ? 0 : 1;
}
