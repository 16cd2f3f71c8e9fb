// SPDX-License-Identifier: MIT
// A type that programs of different builds know by name.
#pragma once

#include <brood/brood.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace brood_test {

class named_account {
public:
    explicit named_account(int money) : money_(money) {}
    named_account(std::string name, int money) : owner(std::move(name)), money_(money) {}
    int deposit(int more) { return money_ += more; }
    int money() const noexcept { return money_; }
    std::string greet(std::string_view word) const { return std::string(word) + ", " + owner; }
    std::vector<int> history(std::vector<int> so_far) const {
        so_far.push_back(money_);
        return so_far;
    }
    void fail() const { throw std::domain_error("no credit"); }
    int secret() const { return 42; }  // not registered

    std::string owner = "nobody";

private:
    int money_;
};

inline const auto named_account_type = brood::managed_type<named_account>("account", 1)
                                           .constructor<int>("money")
                                           .constructor<std::string, int>("owner and money")
                                           .member<&named_account::deposit>("deposit")
                                           .member<&named_account::money>("money")
                                           .member<&named_account::greet>("greet")
                                           .member<&named_account::history>("history")
                                           .member<&named_account::fail>("fail")
                                           .member<&named_account::owner>("owner");

}  // namespace brood_test
