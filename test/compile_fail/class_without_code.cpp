// SPDX-License-Identifier: MIT
// expect: it is not an aggregate and has no serialize: give it
// expect: void serialize
// expect-g++: bank::first \(account\)
// expect-clang: bank, .*"first".*account
#include <brood/serialization.hpp>

#include <string>

class account {
public:
    explicit account(std::string owner) : owner_(owner) {}

private:
    std::string owner_;
};
struct bank {
    account first;
};
void check() { brood::detail::require_serializable<bank>(); }
