// SPDX-License-Identifier: MIT
// Marks functions that a forked child runs before its target and at its end. The compiler puts them together: a child
// begins without the program's code in its page tables, and each stretch of it that it touches costs a fault, which at
// this point is what a start is made of.
#pragma once

#define BROOD_CHILD_PATH [[gnu::hot]]
