// SPDX-License-Identifier: MIT
// expect: an open file or stream stays in its process
// expect: result_of_target
// expect: basic_ifstream<char>
#include <brood/brood.hpp>

#include <fstream>

std::ifstream open_it();
void check() { brood::async(open_it); }
