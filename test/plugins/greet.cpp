// SPDX-License-Identifier: MIT
// A library that tests load: functions that no other module has.
#pragma GCC visibility push(default)
extern "C" int plugin_twice(int value) { return 2 * value; }
extern "C" int plugin_throws_inside(int value) {
    try {
        if (value > 0) throw value;
    } catch (const int& thrown) {
        return thrown + 1;
    }
    return 0;
}
#pragma GCC visibility pop
