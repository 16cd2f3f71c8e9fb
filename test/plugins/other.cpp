// SPDX-License-Identifier: MIT
// Another library, for the place where the first is expected.
#pragma GCC visibility push(default)
extern "C" int plugin_thrice(int value) { return 3 * value; }
#pragma GCC visibility pop
