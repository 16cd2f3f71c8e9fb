// SPDX-License-Identifier: MIT
// An empty C++ program, but that it says how much private memory it has: what idle.cpp is compared with.
#include <brood/native/limits.hpp>

#include <iostream>

int main() { std::cout << brood::native::private_bytes().value_or(0) << std::endl; }
