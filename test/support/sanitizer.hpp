// SPDX-License-Identifier: MIT
// What sanitizers take for themselves, so that brood stands back.
#pragma once

namespace brood_test {

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define BROOD_TEST_SANITIZER_IN_PROGRAM 1
#endif
#endif

// They report invalid memory accesses and illegal instructions.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(BROOD_TEST_SANITIZER_IN_PROGRAM)
inline constexpr bool faults_are_recorded = false;
#else
inline constexpr bool faults_are_recorded = true;
#endif

// Those of clang are part of the program and bring a __cxa_throw of their own; those of g++ are libraries.
#if defined(BROOD_TEST_SANITIZER_IN_PROGRAM)
inline constexpr bool throws_are_seen = false;
#else
inline constexpr bool throws_are_seen = true;
#endif

// They reserve terabytes of address space, and need a descriptor to look at an address.
inline constexpr bool limits_leave_room = faults_are_recorded;

// ThreadSanitizer has one thread of its own.
#if defined(__SANITIZE_THREAD__)
inline constexpr unsigned threads_of_sanitizer = 1;
#else
inline constexpr unsigned threads_of_sanitizer = 0;
#endif

}  // namespace brood_test
