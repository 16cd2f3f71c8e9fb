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

# Adds what a command counted, as told by the closing line in its log.
add_counts() {
    local line
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1) || line="0 passed, 1 failed"
    passed=$((passed + ${line%% passed*}))
    line=${line#*, }
    failed=$((failed + ${line%% failed*}))
}

# The closing line, and the exit code.
finish() {
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" -eq 0 ] || exit 1
    [ "$passed" -gt 0 ] || exit 1
    exit 0
}
