// SPDX-License-Identifier: MIT
// Standard types arrive as they were sent.
#include "round_trip.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <bitset>
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
#include <forward_list>
#include <future>
#include <limits>
#include <list>
#include <map>
#include <memory_resource>
#include <numeric>
#include <optional>
#include <queue>
#include <set>
#include <stack>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <valarray>
#include <variant>

using namespace std::literals;
using test::round_trip;

namespace {
enum plain_enum { low = -1, high = 7 };
enum class scoped : std::uint8_t { a, b = 200 };

template <class T>
bool survives(const T& value) {
    return round_trip(value) == value;
}
}  // namespace

TEST_CASE("numbers of every type keep their value at their limits") {
    const auto limits = []<class... T>(std::type_identity<T>...) {
        return ((survives(std::numeric_limits<T>::min()) && survives(std::numeric_limits<T>::max()) &&
                 survives(std::numeric_limits<T>::lowest()) && survives(T(42))) &&
                ...);
    };
    CHECK(limits(std::type_identity<char>(), std::type_identity<signed char>(), std::type_identity<unsigned char>(),
                 std::type_identity<short>(), std::type_identity<unsigned short>(), std::type_identity<int>(),
                 std::type_identity<unsigned>(), std::type_identity<long>(), std::type_identity<unsigned long>(),
                 std::type_identity<long long>(), std::type_identity<unsigned long long>(), std::type_identity<float>(),
                 std::type_identity<double>(), std::type_identity<long double>(), std::type_identity<wchar_t>(),
                 std::type_identity<char8_t>(), std::type_identity<char16_t>(), std::type_identity<char32_t>()));
    CHECK(survives(true));
    CHECK(survives(false));
    CHECK(survives(std::byte{0x7f}));
    CHECK(std::signbit(round_trip(-0.0)));
    CHECK(std::isnan(round_trip(std::numeric_limits<double>::quiet_NaN())));
}

TEST_CASE("enumerations keep their value") {
    CHECK(survives(low));
    CHECK(survives(high));
    CHECK(survives(scoped::b));
}

TEST_CASE("text of every character type survives, with zeros in it and beyond the block size") {
    CHECK(survives(""s));
    CHECK(survives("a\0b"s));
    CHECK(survives(L"w\u00e4"s));
    CHECK(survives(u8"\u00e4\u20ac"s));
    CHECK(survives(u"\u00e4"s));
    CHECK(survives(U"\U0001F600"s));
    CHECK(survives(std::string(1 << 20, 'x')));
}

TEST_CASE("paths survive") {
    CHECK(survives(std::filesystem::path("a/b c/\u00e4.txt")));
    CHECK(survives(std::filesystem::path()));
}

TEST_CASE("paths that are not UTF-8 survive where the system's paths are bytes") {
    const auto check = []<class Path>(std::type_identity<Path>) {
        if constexpr (std::is_same_v<typename Path::value_type, char>)
            CHECK(survives(Path(std::string("x\xff\\"))));
        else
            CHECK(survives(Path(L"\u00e4\\b")));
    };
    check(std::type_identity<std::filesystem::path>());
}

TEST_CASE("time survives") {
    CHECK(survives(1500ms));
    CHECK(survives(std::chrono::duration<double, std::ratio<7, 3>>(2.5)));
    CHECK(survives(std::chrono::system_clock::now()));
    CHECK(survives(std::chrono::steady_clock::now()));
    CHECK(survives(std::chrono::year_month_day(2024y, std::chrono::February, 29d)));
}

TEST_CASE("small standard types survive") {
    CHECK(survives(std::complex<double>(1, -2)));
    CHECK(survives(std::bitset<1>("1")));
    CHECK(survives(std::bitset<70>("1000000000000000000000000000000000000000000000000000000000000000000001")));
    CHECK(survives(std::optional<int>()));
    CHECK(survives(std::optional<int>(3)));
    CHECK(survives(std::optional<std::optional<std::string>>(std::in_place)));
    CHECK(survives(std::monostate()));
    CHECK(survives(nullptr));
    CHECK(survives(std::tuple<>()));
    CHECK(survives(std::tuple(1, "two"s, 3.0, std::vector{4})));
    CHECK(survives(std::pair(1, "two"s)));
    static_cast<void>(round_trip(std::nullopt));
    static_cast<void>(round_trip(std::ignore));
}

TEST_CASE("variants keep their alternative, equal types included") {
    using v = std::variant<std::monostate, int, std::string, int>;
    CHECK(survives(v()));
    CHECK(survives(v("text")));
    CHECK(survives(v(std::in_place_index<3>, 5)));
    CHECK(round_trip(v(std::in_place_index<3>, 5)).index() == 3);
}

TEST_CASE("sequences survive, empty, short and long") {
    std::vector<double> numbers(100'000);
    std::iota(numbers.begin(), numbers.end(), 0.5);
    CHECK(survives(numbers));
    CHECK(survives(std::vector<double>()));
    CHECK(survives(std::vector{"a"s, ""s, "ccc"s}));
    CHECK(survives(std::deque{1, 2, 3}));
    CHECK(survives(std::list{"a"s, "b"s}));
    CHECK(survives(std::forward_list{1, 2, 3}));
    CHECK(survives(std::forward_list<std::string>()));
    CHECK(survives(std::array<std::string, 3>{"a", "b", "c"}));
    CHECK(survives(std::array<int, 0>()));
    CHECK(survives(std::array<std::array<int, 2>, 2>{{{1, 2}, {3, 4}}}));
    const auto big = std::make_unique<std::array<int, 50'000>>();
    std::iota(big->begin(), big->end(), 1);
    CHECK(*round_trip(big) == *big);
}

TEST_CASE("vectors of bool keep every bit") {
    for (const std::size_t size : {0U, 1U, 7U, 8U, 9U, 1000U}) {
        std::vector<bool> bits(size);
        for (std::size_t i = 0; i < size; i += 3) bits[i] = true;
        CHECK(survives(bits));
    }
}

TEST_CASE("valarrays survive") {
    const auto same = [](const auto& a, const auto& b) {
        return std::equal(std::begin(a), std::end(a), std::begin(b), std::end(b));
    };
    const std::valarray<double> numbers{1, 2, 3};
    CHECK(same(round_trip(numbers), numbers));
    const std::valarray<std::string> texts{"a", "b"};
    CHECK(same(round_trip(texts), texts));
    CHECK(round_trip(std::valarray<int>()).size() == 0);
}

TEST_CASE("sets and maps survive, with equal keys where they may be") {
    CHECK(survives(std::set{"b"s, "a"s}));
    CHECK(survives(std::multiset{1, 1, 2}));
    CHECK(survives(std::unordered_set{1, 2, 3}));
    CHECK(survives(std::unordered_multiset{1, 1, 3}));
    CHECK(survives(std::map<std::string, std::vector<int>>{{"a", {1}}, {"b", {}}}));
    CHECK(survives(std::multimap<int, std::string>{{1, "a"}, {1, "b"}}));
    CHECK(survives(std::unordered_map<std::string, std::map<int, int>>{{"a", {{1, 2}}}}));
    CHECK(survives(std::unordered_multimap<int, int>{{1, 1}, {1, 1}}));
    CHECK(survives(std::map<int, int, std::greater<>>{{1, 1}, {2, 2}}));
}

TEST_CASE("a map's values need not be movable") {
    std::map<int, std::atomic<int>> counts;
    counts[3] = 4;
    CHECK(round_trip(counts).at(3) == 4);
}

TEST_CASE("adaptors survive in order") {
    std::stack<int> stack;
    std::queue<std::string> queue;
    std::priority_queue<int> priorities;
    for (const int i : {2, 3, 1}) {
        stack.push(i);
        queue.push(std::to_string(i));
        priorities.push(i);
    }
    CHECK(survives(stack));
    CHECK(survives(queue));
    auto arrived = round_trip(priorities);
    CHECK(arrived.size() == 3);
    CHECK(arrived.top() == 3);
    arrived.pop();
    CHECK(arrived.top() == 2);
}

TEST_CASE("containers with another allocator survive") {
    std::pmr::vector<std::pmr::string> texts{"a", "b"};
    CHECK(survives(texts));
    CHECK(survives(std::pmr::map<int, std::pmr::vector<int>>{{1, {2}}}));
}

TEST_CASE("elements without bytes are counted all the same") {
    CHECK(survives(std::vector<std::monostate>(1000)));
    CHECK(survives(std::map<int, std::monostate>{{1, {}}, {2, {}}}));
    CHECK(survives(std::vector<std::tuple<>>(3)));
}

TEST_CASE("error codes of the standard categories survive, others are refused by name") {
    CHECK(survives(std::make_error_code(std::errc::no_such_file_or_directory)));
    CHECK(survives(std::error_code(5, std::system_category())));
    CHECK(survives(std::make_error_code(std::io_errc::stream)));
    CHECK(survives(std::make_error_code(std::future_errc::no_state)));
    struct own : std::error_category {
        const char* name() const noexcept override { return "own"; }
        std::string message(int) const override { return "own"; }
    };
    static const own category;
    const auto error = test::error_of([] { round_trip(std::error_code(1, category)); });
    CHECK(error.reason() == "a std::error_code of the category 'own', which is not one of the standard library");
}
