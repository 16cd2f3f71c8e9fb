// SPDX-License-Identifier: MIT
// What hello.cpp is compared with when both are compiled.
int main() {}
