// SPDX-License-Identifier: MIT
// A shared library of the user's, with a global of its own.
int requests = 10;

int next_request() { return ++requests; }
