# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Configuring, building and testing a preset; Wine. Sourced by ./dev.

WINE=/usr/lib/wine/wine64

configure() { cmake --preset "$1" -DBROOD_DEVELOP=ON; }

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    cmake --build --preset "$preset" ${1:+--target "$@"}
}

# The suites that BROOD_TEST_SUITES names ("unit platform"), as targets and as ctest knows them; all when it is not set.
suite_targets() {
    local suite
    for suite in ${BROOD_TEST_SUITES:-}; do
        printf 'brood_%s_tests\n' "$suite"
    done
}
suite_pattern() {
    local names=${BROOD_TEST_SUITES:-.*}
    printf '^(%s)(\\.|$)' "${names// /|}"
}

# What a preset needs beyond the compiler.
need_preset() {
    case $1 in
        mingw)
            need_packages "${MINGW_PACKAGES[@]}"
            ;;
        asan | tsan) need_packages "${SANITIZER_PACKAGES[@]}" ;;
        *) ;;
    esac
}

wineserver() {
    local server
    for server in /usr/lib/wine/wineserver64 /usr/lib/wine/wineserver; do
        [ ! -x "$server" ] || break
    done
    "$server" "$@"
}

# A Wine prefix of our own, with a server that stays while the tests run and goes with this script.
start_wine() {
    export WINEPREFIX=$PWD/build/wine WINEDEBUG=-all WINEDLLOVERRIDES="mscoree=d;mshtml=d"
    unset DISPLAY
    mkdir -p "$WINEPREFIX"
    trap 'wineserver -k || true' EXIT
    wineserver -p || true # fails if one is still running, which is as good
    if [ ! -e "$WINEPREFIX/ready" ]; then
        make_wine_prefix || return 1
        touch "$WINEPREFIX/ready"
    fi
    # The first program starts Wine's services, which keep its streams open for as long as they run: nobody must wait for
    # the end of these.
    timeout -k 5 60 "$WINE" cmd /c exit </dev/null >/dev/null 2>&1
}

make_wine_prefix() {
    local debugger='HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug'
    timeout -k 5 180 "$WINE" wineboot -i || return 1
    # The prefix calls itself Windows 7 otherwise; a crash is slow and noisy while a debugger is registered.
    timeout -k 5 60 "$WINE" reg add 'HKCU\Software\Wine' /v Version /d win10 /f || return 1
    timeout -k 5 60 "$WINE" reg add "$debugger" /v Debugger /d false /f || return 1
    timeout -k 5 60 "$WINE" reg add "$debugger" /v Auto /d 1 /f
}

# ctest_preset PRESET REPORT ARGUMENTS...: ctest, with what the programs print in a JUnit file.
ctest_preset() {
    local preset=$1 report=$2
    shift 2
    rm -f "$report"
    ctest --preset "$preset" "$@" -j "$(nproc)" --output-junit "$report" --test-output-size-passed 100000000 \
        --test-output-size-failed 100000000 --quiet </dev/null
}

# Adds the test cases of a built preset to the totals; shows the output of what fails. Wine itself refuses about one start
# of a program in 15,000 with ERROR_INTERNAL_ERROR. Where one or two test cases fail under Wine and tell of that, their
# programs run a second time, and what passes then counts as passed and is named as unsteady.
run_tests() {
    local preset=$1 start=$SECONDS report counts failed_first=0 status=0
    report=$PWD/build/$preset/tests.xml
    if [ "$preset" = mingw ]; then
        step "start Wine" start_wine || return 0
    fi
    ctest_preset "$preset" "$report" -R "$(suite_pattern)" || status=$?
    counts=$(python3 scripts/count_tests.py "$report" 2>"$report.failed") || true
    cat "$report.failed" >&2
    if [ "$preset" = mingw ] && [ "${counts#* }" -le 2 ] && grep -q ': Internal error' "$report.failed"; then
        say "test $preset: Wine refused to start a program; what failed runs again"
        failed_first=${counts#* }
        status=0
        ctest_preset "$preset" "$report.again" --rerun-failed || status=$?
        counts=$(python3 scripts/count_tests.py "$report" "$report.again") || true
    fi
    [ "${counts#* }" -ge "$failed_first" ] ||
        say "test $preset: $((failed_first - ${counts#* })) UNSTEADY, passed only when run again"
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    [ "${counts#* }" -ne 0 ] || [ $status -eq 0 ] || failed=$((failed + 1))
    say "test $preset: ${counts% *} passed, ${counts#* } failed ($((SECONDS - start)) s)"
}
