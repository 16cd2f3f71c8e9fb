// SPDX-License-Identifier: MIT
// Takes an aggregate of N members apart, for each N up to the limit: a structured binding cannot have as many names as
// a number says, so each N is written out.
#pragma once

#include <cstddef>
#include <type_traits>

namespace brood::detail {

// Aggregates with more members than this need a serialize.
inline constexpr std::size_t most_members = 100;

// Becomes any value, but not the aggregate itself.
template <class Whole, std::size_t = 0>
struct any_value {
    template <class T>
        requires(!std::is_same_v<T, Whole>)
    constexpr operator T() const&& noexcept;
};

// `apply` calls a function with a reference to each member. `braces<T>` tells whether T{{}, ..., {}} with N inner
// braces compiles, `one_more<T>` whether a value can follow them.
template <std::size_t N>
struct members;
template <>
struct members<0> {
    template <class T>
    static constexpr bool braces = requires {
        T{};
    };
    template <class T>
    static constexpr bool one_more = requires {
        T{any_value<T>()};
    };
    template <class T, class F>
    static constexpr decltype(auto) apply(T&, F&& function) {
        return function();
    }
};

// clang-format off
#define BROOD_MEMBERS(TENS, ONES, N, ...)                                           \
    template <>                                                                     \
    struct members<N> {                                                             \
        template <class T>                                                          \
        static constexpr bool braces = requires { T{BROOD_T##TENS BROOD_E##ONES}; }; \
        template <class T>                                                          \
        static constexpr bool one_more = requires { T{BROOD_T##TENS BROOD_E##ONES any_value<T>()}; }; \
        template <class T, class F>                                                 \
        static constexpr decltype(auto) apply(T& aggregate, F&& function) {         \
            auto& [__VA_ARGS__] = aggregate;                                        \
            return function(__VA_ARGS__);                                           \
        }                                                                           \
    };
#define BROOD_E0
#define BROOD_E1 {},
#define BROOD_E2 {}, {},
#define BROOD_E3 {}, {}, {},
#define BROOD_E4 {}, {}, {}, {},
#define BROOD_E5 {}, {}, {}, {}, {},
#define BROOD_E6 {}, {}, {}, {}, {}, {},
#define BROOD_E7 {}, {}, {}, {}, {}, {}, {},
#define BROOD_E8 {}, {}, {}, {}, {}, {}, {}, {},
#define BROOD_E9 {}, {}, {}, {}, {}, {}, {}, {}, {},
#define BROOD_E10 {}, {}, {}, {}, {}, {}, {}, {}, {}, {},
#define BROOD_T0
#define BROOD_T1 BROOD_E10
#define BROOD_T2 BROOD_T1 BROOD_E10
#define BROOD_T3 BROOD_T2 BROOD_E10
#define BROOD_T4 BROOD_T3 BROOD_E10
#define BROOD_T5 BROOD_T4 BROOD_E10
#define BROOD_T6 BROOD_T5 BROOD_E10
#define BROOD_T7 BROOD_T6 BROOD_E10
#define BROOD_T8 BROOD_T7 BROOD_E10
#define BROOD_T9 BROOD_T8 BROOD_E10
#define BROOD_T10 BROOD_T9 BROOD_E10
#define BROOD_N1(p) p##0
#define BROOD_N2(p) p##0, p##1
#define BROOD_N3(p) p##0, p##1, p##2
#define BROOD_N4(p) p##0, p##1, p##2, p##3
#define BROOD_N5(p) p##0, p##1, p##2, p##3, p##4
#define BROOD_N6(p) p##0, p##1, p##2, p##3, p##4, p##5
#define BROOD_N7(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6
#define BROOD_N8(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7
#define BROOD_N9(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8
#define BROOD_N10(p) p##0, p##1, p##2, p##3, p##4, p##5, p##6, p##7, p##8, p##9
#define BROOD_M1 BROOD_N10(a)
#define BROOD_M2 BROOD_M1, BROOD_N10(b)
#define BROOD_M3 BROOD_M2, BROOD_N10(c)
#define BROOD_M4 BROOD_M3, BROOD_N10(d)
#define BROOD_M5 BROOD_M4, BROOD_N10(e)
#define BROOD_M6 BROOD_M5, BROOD_N10(f)
#define BROOD_M7 BROOD_M6, BROOD_N10(g)
#define BROOD_M8 BROOD_M7, BROOD_N10(h)
#define BROOD_M9 BROOD_M8, BROOD_N10(i)
#define BROOD_M10 BROOD_M9, BROOD_N10(j)
BROOD_MEMBERS(0, 1, 1, BROOD_N1(a))
BROOD_MEMBERS(0, 2, 2, BROOD_N2(a))
BROOD_MEMBERS(0, 3, 3, BROOD_N3(a))
BROOD_MEMBERS(0, 4, 4, BROOD_N4(a))
BROOD_MEMBERS(0, 5, 5, BROOD_N5(a))
BROOD_MEMBERS(0, 6, 6, BROOD_N6(a))
BROOD_MEMBERS(0, 7, 7, BROOD_N7(a))
BROOD_MEMBERS(0, 8, 8, BROOD_N8(a))
BROOD_MEMBERS(0, 9, 9, BROOD_N9(a))
BROOD_MEMBERS(1, 0, 10, BROOD_M1)
BROOD_MEMBERS(1, 1, 11, BROOD_M1, BROOD_N1(b))
BROOD_MEMBERS(1, 2, 12, BROOD_M1, BROOD_N2(b))
BROOD_MEMBERS(1, 3, 13, BROOD_M1, BROOD_N3(b))
BROOD_MEMBERS(1, 4, 14, BROOD_M1, BROOD_N4(b))
BROOD_MEMBERS(1, 5, 15, BROOD_M1, BROOD_N5(b))
BROOD_MEMBERS(1, 6, 16, BROOD_M1, BROOD_N6(b))
BROOD_MEMBERS(1, 7, 17, BROOD_M1, BROOD_N7(b))
BROOD_MEMBERS(1, 8, 18, BROOD_M1, BROOD_N8(b))
BROOD_MEMBERS(1, 9, 19, BROOD_M1, BROOD_N9(b))
BROOD_MEMBERS(2, 0, 20, BROOD_M2)
BROOD_MEMBERS(2, 1, 21, BROOD_M2, BROOD_N1(c))
BROOD_MEMBERS(2, 2, 22, BROOD_M2, BROOD_N2(c))
BROOD_MEMBERS(2, 3, 23, BROOD_M2, BROOD_N3(c))
BROOD_MEMBERS(2, 4, 24, BROOD_M2, BROOD_N4(c))
BROOD_MEMBERS(2, 5, 25, BROOD_M2, BROOD_N5(c))
BROOD_MEMBERS(2, 6, 26, BROOD_M2, BROOD_N6(c))
BROOD_MEMBERS(2, 7, 27, BROOD_M2, BROOD_N7(c))
BROOD_MEMBERS(2, 8, 28, BROOD_M2, BROOD_N8(c))
BROOD_MEMBERS(2, 9, 29, BROOD_M2, BROOD_N9(c))
BROOD_MEMBERS(3, 0, 30, BROOD_M3)
BROOD_MEMBERS(3, 1, 31, BROOD_M3, BROOD_N1(d))
BROOD_MEMBERS(3, 2, 32, BROOD_M3, BROOD_N2(d))
BROOD_MEMBERS(3, 3, 33, BROOD_M3, BROOD_N3(d))
BROOD_MEMBERS(3, 4, 34, BROOD_M3, BROOD_N4(d))
BROOD_MEMBERS(3, 5, 35, BROOD_M3, BROOD_N5(d))
BROOD_MEMBERS(3, 6, 36, BROOD_M3, BROOD_N6(d))
BROOD_MEMBERS(3, 7, 37, BROOD_M3, BROOD_N7(d))
BROOD_MEMBERS(3, 8, 38, BROOD_M3, BROOD_N8(d))
BROOD_MEMBERS(3, 9, 39, BROOD_M3, BROOD_N9(d))
BROOD_MEMBERS(4, 0, 40, BROOD_M4)
BROOD_MEMBERS(4, 1, 41, BROOD_M4, BROOD_N1(e))
BROOD_MEMBERS(4, 2, 42, BROOD_M4, BROOD_N2(e))
BROOD_MEMBERS(4, 3, 43, BROOD_M4, BROOD_N3(e))
BROOD_MEMBERS(4, 4, 44, BROOD_M4, BROOD_N4(e))
BROOD_MEMBERS(4, 5, 45, BROOD_M4, BROOD_N5(e))
BROOD_MEMBERS(4, 6, 46, BROOD_M4, BROOD_N6(e))
BROOD_MEMBERS(4, 7, 47, BROOD_M4, BROOD_N7(e))
BROOD_MEMBERS(4, 8, 48, BROOD_M4, BROOD_N8(e))
BROOD_MEMBERS(4, 9, 49, BROOD_M4, BROOD_N9(e))
BROOD_MEMBERS(5, 0, 50, BROOD_M5)
BROOD_MEMBERS(5, 1, 51, BROOD_M5, BROOD_N1(f))
BROOD_MEMBERS(5, 2, 52, BROOD_M5, BROOD_N2(f))
BROOD_MEMBERS(5, 3, 53, BROOD_M5, BROOD_N3(f))
BROOD_MEMBERS(5, 4, 54, BROOD_M5, BROOD_N4(f))
BROOD_MEMBERS(5, 5, 55, BROOD_M5, BROOD_N5(f))
BROOD_MEMBERS(5, 6, 56, BROOD_M5, BROOD_N6(f))
BROOD_MEMBERS(5, 7, 57, BROOD_M5, BROOD_N7(f))
BROOD_MEMBERS(5, 8, 58, BROOD_M5, BROOD_N8(f))
BROOD_MEMBERS(5, 9, 59, BROOD_M5, BROOD_N9(f))
BROOD_MEMBERS(6, 0, 60, BROOD_M6)
BROOD_MEMBERS(6, 1, 61, BROOD_M6, BROOD_N1(g))
BROOD_MEMBERS(6, 2, 62, BROOD_M6, BROOD_N2(g))
BROOD_MEMBERS(6, 3, 63, BROOD_M6, BROOD_N3(g))
BROOD_MEMBERS(6, 4, 64, BROOD_M6, BROOD_N4(g))
BROOD_MEMBERS(6, 5, 65, BROOD_M6, BROOD_N5(g))
BROOD_MEMBERS(6, 6, 66, BROOD_M6, BROOD_N6(g))
BROOD_MEMBERS(6, 7, 67, BROOD_M6, BROOD_N7(g))
BROOD_MEMBERS(6, 8, 68, BROOD_M6, BROOD_N8(g))
BROOD_MEMBERS(6, 9, 69, BROOD_M6, BROOD_N9(g))
BROOD_MEMBERS(7, 0, 70, BROOD_M7)
BROOD_MEMBERS(7, 1, 71, BROOD_M7, BROOD_N1(h))
BROOD_MEMBERS(7, 2, 72, BROOD_M7, BROOD_N2(h))
BROOD_MEMBERS(7, 3, 73, BROOD_M7, BROOD_N3(h))
BROOD_MEMBERS(7, 4, 74, BROOD_M7, BROOD_N4(h))
BROOD_MEMBERS(7, 5, 75, BROOD_M7, BROOD_N5(h))
BROOD_MEMBERS(7, 6, 76, BROOD_M7, BROOD_N6(h))
BROOD_MEMBERS(7, 7, 77, BROOD_M7, BROOD_N7(h))
BROOD_MEMBERS(7, 8, 78, BROOD_M7, BROOD_N8(h))
BROOD_MEMBERS(7, 9, 79, BROOD_M7, BROOD_N9(h))
BROOD_MEMBERS(8, 0, 80, BROOD_M8)
BROOD_MEMBERS(8, 1, 81, BROOD_M8, BROOD_N1(i))
BROOD_MEMBERS(8, 2, 82, BROOD_M8, BROOD_N2(i))
BROOD_MEMBERS(8, 3, 83, BROOD_M8, BROOD_N3(i))
BROOD_MEMBERS(8, 4, 84, BROOD_M8, BROOD_N4(i))
BROOD_MEMBERS(8, 5, 85, BROOD_M8, BROOD_N5(i))
BROOD_MEMBERS(8, 6, 86, BROOD_M8, BROOD_N6(i))
BROOD_MEMBERS(8, 7, 87, BROOD_M8, BROOD_N7(i))
BROOD_MEMBERS(8, 8, 88, BROOD_M8, BROOD_N8(i))
BROOD_MEMBERS(8, 9, 89, BROOD_M8, BROOD_N9(i))
BROOD_MEMBERS(9, 0, 90, BROOD_M9)
BROOD_MEMBERS(9, 1, 91, BROOD_M9, BROOD_N1(j))
BROOD_MEMBERS(9, 2, 92, BROOD_M9, BROOD_N2(j))
BROOD_MEMBERS(9, 3, 93, BROOD_M9, BROOD_N3(j))
BROOD_MEMBERS(9, 4, 94, BROOD_M9, BROOD_N4(j))
BROOD_MEMBERS(9, 5, 95, BROOD_M9, BROOD_N5(j))
BROOD_MEMBERS(9, 6, 96, BROOD_M9, BROOD_N6(j))
BROOD_MEMBERS(9, 7, 97, BROOD_M9, BROOD_N7(j))
BROOD_MEMBERS(9, 8, 98, BROOD_M9, BROOD_N8(j))
BROOD_MEMBERS(9, 9, 99, BROOD_M9, BROOD_N9(j))
BROOD_MEMBERS(10, 0, 100, BROOD_M10)
#undef BROOD_E0
#undef BROOD_T0
#undef BROOD_E1
#undef BROOD_T1
#undef BROOD_E2
#undef BROOD_T2
#undef BROOD_E3
#undef BROOD_T3
#undef BROOD_E4
#undef BROOD_T4
#undef BROOD_E5
#undef BROOD_T5
#undef BROOD_E6
#undef BROOD_T6
#undef BROOD_E7
#undef BROOD_T7
#undef BROOD_E8
#undef BROOD_T8
#undef BROOD_E9
#undef BROOD_T9
#undef BROOD_E10
#undef BROOD_T10
#undef BROOD_N1
#undef BROOD_M1
#undef BROOD_N2
#undef BROOD_M2
#undef BROOD_N3
#undef BROOD_M3
#undef BROOD_N4
#undef BROOD_M4
#undef BROOD_N5
#undef BROOD_M5
#undef BROOD_N6
#undef BROOD_M6
#undef BROOD_N7
#undef BROOD_M7
#undef BROOD_N8
#undef BROOD_M8
#undef BROOD_N9
#undef BROOD_M9
#undef BROOD_N10
#undef BROOD_M10
#undef BROOD_MEMBERS
// clang-format on

}  // namespace brood::detail
