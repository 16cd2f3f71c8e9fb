// SPDX-License-Identifier: MIT
#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

namespace {

struct matrix {
    std::array<double, 64> cells{};
};
struct bundle {
    std::vector<brood::loan<std::vector<int>>> parts;
    std::string name;
};

double sum(brood::loan<std::vector<double>> numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0.0); }

}  // namespace

TEST_CASE("a parameter that is a loan takes the value, and is read in place") {
    std::vector<double> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 0.0);
    CHECK(brood::async(sum, numbers).get() == 99'999.0 * 50'000);
    CHECK(brood::async(sum, std::vector<double>()).get() == 0);
    CHECK(brood::async([](const brood::loan<std::vector<double>>& loan) { return loan.back(); }, numbers).get() ==
          99'999);
}

TEST_CASE("a loan comes back as a result, and goes on to others") {
    const auto loan = brood::async([] { return brood::loan<std::vector<int>>(std::vector<int>(50'000, 3)); }).get();
    CHECK(loan.size() == 50'000);
    CHECK(std::count(loan.begin(), loan.end(), 3) == 50'000);
    const auto again = brood::async([](brood::loan<std::vector<int>> theirs) { return theirs; }, loan).get();
    CHECK(again.data() == loan.data());
    const std::span<const int> view = again;
    CHECK(view[49'999] == 3);
}

TEST_CASE("loans cross within structs and containers") {
    bundle given{{std::vector<int>{1, 2}, std::vector<int>{3}}, "b"};
    const auto back = brood::async(
                          [](bundle theirs) {
                              theirs.parts.push_back(std::vector<int>{theirs.parts[0][1] + theirs.parts[1][0]});
                              return theirs;
                          },
                          given)
                          .get();
    CHECK(back.parts.size() == 3);
    CHECK(back.parts[2].front() == 5);
    CHECK(back.parts[0].data() == given.parts[0].data());
}

TEST_CASE("plain data is lent in place, other values cross as themselves") {
    matrix m;
    m.cells[63] = 2.5;
    CHECK(brood::async([](brood::loan<matrix> theirs) { return theirs->cells[63]; }, m).get() == 2.5);
    CHECK(brood::async([](brood::loan<std::string> theirs) { return theirs->size(); }, std::string("four")).get() == 4);
    CHECK(brood::async([](brood::loan<int> theirs) { return *theirs + theirs; }, 4).get() == 8);
    const std::vector<std::string> words(1000, "word");
    CHECK(brood::async([](brood::loan<std::vector<std::string>> theirs) { return (*theirs)[999]; }, words).get() ==
          "word");
    CHECK(brood::async([](brood::loan<std::vector<bool>> theirs) { return (*theirs)[1]; }, std::vector<bool>{0, 1})
              .get());
}
