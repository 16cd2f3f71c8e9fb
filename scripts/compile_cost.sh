#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What <brood/brood.hpp> and one started function add to the compilation of an empty program, and each map of a pool to
# that: compile_cost.sh INCLUDE_DIR...
# Prints the median of several runs in seconds; a busy machine makes all numbers worse.
set -euo pipefail
compiler=${CXX:-g++}
runs=${RUNS:-3}
includes=("${@/#/-I}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat >"$folder/empty.cpp" <<'CODE'
int main() {}
CODE
cat >"$folder/brood.cpp" <<'CODE'
#include <brood/brood.hpp>
void work(int) {}
int main(int argc, char** argv) {
    brood::init(argc, argv);
    brood::spawn(work, 1).join();
}
CODE
maps=4
{
    sed '$d' "$folder/brood.cpp"
    printf '    brood::pool pool;\n    std::vector<int> numbers{1, 2};\n'
    for ((i = 0; i < maps; ++i)); do
        printf '    pool.map([](int number) { return number + %d; }, numbers);\n' "$i"
    done
    echo '}'
} >"$folder/maps.cpp"

# median SOURCE: seconds of processor time, with three digits.
median() {
    local i times=()
    TIMEFORMAT='%U %S'
    for ((i = 0; i < runs; ++i)); do
        times+=("$({ time "$compiler" -std=c++20 -O2 -DBROOD_STATIC "${includes[@]}" -c "$1" -o "$folder/out.o"; } 2>&1 |
            awk '{printf "%.3f", $1 + $2}')")
    done
    printf '%s\n' "${times[@]}" | sort -n | sed -n "$(((runs + 1) / 2))p"
}

empty=$(median "$folder/empty.cpp")
brood=$(median "$folder/brood.cpp")
with_maps=$(median "$folder/maps.cpp")
awk -v e="$empty" -v b="$brood" 'BEGIN { printf "compile cost: %.2f s (empty program %.2f s, with brood %.2f s)\n", b - e, e, b }'
awk -v b="$brood" -v m="$with_maps" -v n="$maps" \
    'BEGIN { printf "compile cost of a map: %.2f s (with brood %.2f s, with %d maps and their pool %.2f s)\n", (m - b) / n, b, n, m }'
