# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Counting and saying what passed and what failed. Sourced by ./dev and .ci/run.

passed=0
failed=0

# say TEXT: one line about what goes on.
say() { printf '== %s\n' "$*"; }

# Runs a command; its output is shown only if it fails.
quietly() {
    local log status=0
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ $status -eq 0 ] || cat "$log"
    rm -f "$log"
    return $status
}

# step NAME COMMAND...: runs it quietly; a success goes without counting, a failure counts as one.
step() {
    local name=$1 start=$SECONDS
    shift
    if quietly "$@"; then
        say "$name: done ($((SECONDS - start)) s)"
    else
        say "$name: FAILED"
        failed=$((failed + 1))
        return 1
    fi
}

# check NAME COMMAND...: runs it quietly and counts one passed or failed.
check() {
    if step "$@"; then
        passed=$((passed + 1))
    else
        return 1
    fi
}

# show NAME COMMAND...: the same for a command whose output is the point.
show() {
    local name=$1
    shift
    say "$name"
    if "$@"; then
        passed=$((passed + 1))
    else
        say "$name: FAILED (exit code $?)"
        failed=$((failed + 1))
    fi
}

# add_counts LOG STATUS: adds what a command counted, as told by the closing line in its log, and by its exit code.
add_counts() {
    local line more_failed
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1) || line="0 passed, 1 failed"
    more_failed=${line#*, }
    more_failed=${more_failed%% failed*}
    [ "$2" -eq 0 ] || [ "$more_failed" -gt 0 ] || more_failed=1
    passed=$((passed + ${line%% passed*}))
    failed=$((failed + more_failed))
}

# The closing line, and the exit code.
finish() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] || exit 1
    [ "$passed" -gt 0 ] || exit 1
    exit 0
}
