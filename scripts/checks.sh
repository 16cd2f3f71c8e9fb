# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The checks that need no tests to run: format, layers, headers, scripts, docs, tidy. Sourced by ./dev.

# The sources, tracked or not yet.
source_files() {
    git ls-files --cached --others --exclude-standard -- '*.cpp' '*.hpp' | while read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}

format_sources() {
    need_packages "${FORMAT_PACKAGES[@]}"
    source_files | xargs -r -n 50 clang-format-14 -i
}

check_format() {
    local file status=0
    while read -r file; do
        clang-format-14 --dry-run -Werror "$file" 2>/dev/null || {
            echo "$file needs ./dev format"
            status=1
        }
    done < <(source_files)
    return $status
}

public_headers() { (cd include && find brood -name '*.hpp' ! -path 'brood/detail/*' | sort); }

# check_header HEADER COMPILER...: compiles a source that includes just this header.
check_header() {
    local header=$1
    shift
    printf '#include <%s>\nint main() {}\n' "$header" |
        "$@" -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow -Werror -DBROOD_STATIC -x c++ - ||
        {
            echo "<$header> does not compile alone with $1"
            return 1
        }
}
export -f check_header

# check_headers PRESET COMPILER: every public header alone.
check_headers() {
    local preset=$1 includes=(-Iinclude -I"build/$1/include")
    shift
    if [ "$preset" = mingw ]; then
        includes+=(-isystem build/mingw/dependencies/include)
    fi
    public_headers | xargs -P "$(nproc)" -I{} bash -c 'check_header "$@"' check_header {} "$@" "${includes[@]}"
}

# No public header may bring in the system's: under mingw a guard of windows.h tells, whoever included it.
check_no_system_headers() {
    local leaked
    leaked=$(printf '#include <brood/brood.hpp>\n' |
        x86_64-w64-mingw32-g++-posix -std=c++20 -M -DBROOD_STATIC -Iinclude -Ibuild/mingw/include \
            -isystem build/mingw/dependencies/include -x c++ - | tr -s ' ' '\n' |
        grep -E '/(windows|winsock2?|winbase|psapi|dbghelp)\.h$') || return 0
    echo "<brood/brood.hpp> brings in $leaked"
    return 1
}

shell_files() {
    git ls-files --cached --others --exclude-standard | while read -r file; do
        case $file in
            *.sh | dev | .ci/run) printf '%s\n' "$file" ;;
        esac
    done
}

check_scripts() { shell_files | xargs -r shellcheck -x; }

# Sources that differ from the last commit, or are not committed.
check_tidy() {
    {
        git diff --name-only HEAD -- '*.cpp'
        git ls-files --others --exclude-standard -- '*.cpp'
    } | grep -E '^(src|tool|examples)/' | grep -v -e /windows/ -e /darwin/ -e _windows -e /refused/ |
        while read -r file; do [ ! -f "$file" ] || printf '%s\n' "$file"; done |
        xargs -r -n 1 -P "$(nproc)" clang-tidy-16 -p build/release --quiet --warnings-as-errors='*'
}

# The API reference. Types and free functions must be documented; what a member of a class is may be plain from its name.
make_docs() {
    local version undocumented
    version=$(sed -n 's/^ *VERSION \([0-9.]*\)$/\1/p' CMakeLists.txt)
    rm -rf build/docs
    mkdir -p build/docs
    BROOD_VERSION=$version doxygen docs/Doxyfile || return 1
    undocumented=$(grep -vE 'of (class|struct) .* is not documented|\(macro definition\)' build/docs/warnings.txt) || return 0
    printf '%s\n' "$undocumented"
    return 1
}

run_headers_check() {
    need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${MINGW_PACKAGES[@]}"
    step "configure release" configure release || return 0
    step "configure mingw" configure mingw || return 0
    check "headers alone, g++" check_headers release g++ || true
    check "headers alone, clang++" check_headers release clang++-16 || true
    check "headers alone, mingw" check_headers mingw x86_64-w64-mingw32-g++-posix || true
    check "headers free of the system's" check_no_system_headers || true
}

run_tidy_check() {
    need_packages "${BUILD_PACKAGES[@]}" "${TEST_PACKAGES[@]}" "${TIDY_PACKAGES[@]}"
    step "configure release" configure release || return 0
    check "clang-tidy of changed files" check_tidy || true
}

run_checks() {
    [ $# -gt 0 ] || set -- format layers headers scripts docs cost tidy
    local name
    for name in "$@"; do
        case $name in
            format)
                need_packages "${FORMAT_PACKAGES[@]}"
                check "format" check_format || true
                ;;
            layers)
                need_packages "${SCRIPT_PACKAGES[@]}"
                check "layers" python3 scripts/check_layers.py || true
                check "the layer check finds offences" python3 scripts/test_check_layers.py || true
                ;;
            headers) run_headers_check ;;
            scripts)
                need_packages "${SCRIPT_PACKAGES[@]}"
                check "shell scripts" check_scripts || true
                ;;
            tidy) run_tidy_check ;;
            cost)
                need_packages "${BUILD_PACKAGES[@]}"
                step "configure release" configure release || continue
                show "what including brood costs" scripts/compile_cost.sh include build/release/include
                ;;
            docs)
                need_packages "${BUILD_PACKAGES[@]}" "${DOCS_PACKAGES[@]}"
                step "configure release" configure release || continue
                check "API reference" make_docs || true
                ;;
            *)
                echo "./dev check: no check '$name'" >&2
                exit 2
                ;;
        esac
    done
    finish
}
