// SPDX-License-Identifier: MIT
// A program that is no build of the tests and uses a manager of theirs, whose port it is given.
#include "../support/named_account.hpp"

#include <iostream>
#include <numeric>

namespace {

using brood_test::named_account;

class unknown {
public:
    int nothing() const { return 0; }
};
// There it has version 1.
class newer_account {
public:
    int money() const { return 0; }
};
const auto newer_type = brood::managed_type<newer_account>("account", 2).member<&newer_account::money>("money");
// Not there.
class other_account {
public:
    int money() const { return 0; }
};
const auto other_type = brood::managed_type<other_account>("other account", 1).member<&other_account::money>("money");

int failures = 0;
void expect(bool condition, const char* what) {
    if (condition) return;
    std::cout << "not as expected: " << what << '\n';
    ++failures;
}
template <class Error, class Call>
void expect_error(Call call, const char* what) {
    try {
        call();
        expect(false, what);
    } catch (const Error&) {
    } catch (const std::exception& e) {
        expect(false, e.what());
    }
}

void use(const brood::manager& m) {
    const auto shared = m.find<named_account>("shared");
    expect(shared.call<&named_account::deposit>(5) == 105, "a call of what was published");
    expect(shared.async<&named_account::money>().get() == 105, "a call that is not waited for");
    const auto own = m.create<named_account>("me", 7);
    expect(own.call<&named_account::greet>("hello") == "hello, me", "text");
    own.set<&named_account::owner>(std::string("you"));
    expect(own.get<&named_account::owner>() == "you", "a data member");
    std::vector<int> large(300000);
    std::iota(large.begin(), large.end(), 0);
    expect(own.call<&named_account::history>(large).back() == 7, "large arguments and results");
    expect(m.object_count() == 2, "two objects");
    expect_error<std::domain_error>([&] { own.call<&named_account::fail>(); }, "exceptions");
    expect_error<brood::bootstrap_error>([&] { own.call<&named_account::secret>(); }, "a member without a name");
    expect_error<brood::bootstrap_error>([&] { own.apply([](const named_account& a) { return a.money(); }); },
                                         "a function");
    expect_error<brood::bootstrap_error>([&] { m.find<unknown>("shared"); }, "a type without a name");
    expect_error<brood::bootstrap_error>([&] { m.create<unknown>(); }, "a type without a name");
    expect_error<brood::bootstrap_error>([&] { m.dict<int, int>(); }, "a container");
    expect_error<brood::bootstrap_error>([&] { m.create<named_account>(7U); }, "arguments of other types");
    expect_error<brood::serialization_error>([&] { m.find<newer_account>("shared"); }, "another version");
    expect_error<brood::serialization_error>([&] { m.find<other_account>("shared"); }, "a name that is not there");
    expect_error<std::out_of_range>([&] { m.find<named_account>("none"); }, "an object that is not there");
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    try {
        const auto port = static_cast<std::uint16_t>(std::stoi(argv[1]));
        use(brood::manager::connect(brood::tcp("127.0.0.1", port), {.authkey = argv[2]}));
    } catch (const std::exception& e) {
        expect(false, e.what());
    }
    std::cout << (failures == 0 ? "done\n" : "");
    return failures;
}
