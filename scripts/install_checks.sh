# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Installs brood and builds a user's project against it, in each form. Sourced by ./dev.

CONSUMERS=build/consumers

# install_preset PRESET: into build/prefix/PRESET, with nothing left of an earlier one.
install_preset() {
    local prefix=$PWD/build/prefix/$1
    rm -rf "$prefix"
    cmake --install "build/$1" --prefix "$prefix" || return 1
    # What was installed must not lead back to this checkout.
    ! grep -rlF -e "$PWD/include" -e "$PWD/src" -e "$PWD/build" "$prefix/lib/cmake" "$prefix/lib/pkgconfig"
}

# The user's program must say what it is written to say.
expect_output() {
    local output
    output=$(timeout -k 5 60 "$@" | tr -d '\r') || return 1
    [ "$output" = $'hello world\n1.5\ncaught: no root of a negative number' ] || {
        printf 'unexpected output:\n%s\n' "$output"
        return 1
    }
}

# consume_cmake NAME PREFIX [CMAKE ARGUMENTS...]: builds the project that uses find_package.
consume_cmake() {
    local folder=$CONSUMERS/$1-cmake prefix=$2
    shift 2
    rm -rf "$folder"
    cmake -S test/package/find_package -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -Dbrood_DIR="$prefix/lib/cmake/brood" "$@" && cmake --build "$folder"
}

# consume_pkg_config NAME PREFIX COMPILER
consume_pkg_config() {
    local folder=$CONSUMERS/$1-pkg-config
    rm -rf "$folder"
    mkdir -p "$folder"
    PKG_CONFIG_PATH=$2/lib/pkgconfig test/package/pkg_config/build.sh "$3" "$folder/consumer"
}

# What a prefix of any kind of library must serve: find_package and pkg-config, with the shared library found at run time.
check_prefix() {
    local name=$1 prefix=$2
    check "$name: find_package" consume_cmake "$name" "$prefix" || return 0
    check "$name: a user's program by find_package" expect_output "$CONSUMERS/$name-cmake/consumer" || true
    check "$name: pkg-config" consume_pkg_config "$name" "$prefix" g++ || return 0
    check "$name: a user's program by pkg-config" env LD_LIBRARY_PATH="$prefix/lib" \
        bash -c "$(declare -f expect_output); expect_output $CONSUMERS/$name-pkg-config/consumer" || true
}

# The manual page and the completion know every command and option that the program tells, and no other.
check_manual() {
    local prefix=$1 told manual completion command
    told=$(for command in '' tour bench check doctor top trace; do
        # No word is also an argument.
        # shellcheck disable=SC2086
        "$prefix/bin/brood" $command --help
    done | grep -oE -e '--[a-z]+' -e '^  (tour|bench|check|doctor|top|trace)' | tr -d ' ' | sort -u)
    manual=$(sed 's/\\-/-/g' "$prefix/share/man/man1/brood.1" | grep -oE -e '--[a-z]+' -e '^\.B brood (tour|bench|check|doctor|top|trace)' |
        sed 's/^\.B brood //' | sort -u)
    completion=$(grep -oE -e '--[a-z]+' -e '"(tour bench check doctor top trace) ' "$prefix/share/bash-completion/completions/brood" |
        tr -d '"' | tr ' ' '\n' | grep . | sort -u)
    diff <(echo "$told") <(echo "$manual") && diff <(echo "$told") <(echo "$completion")
}

install_and_check() {
    local name=$1 preset=$2
    step "configure $preset" configure "$preset" || return 0
    step "build $preset" build "$preset" brood brood_tool examples || return 0
    check "$name: installation" install_preset "$preset" || return 0
    check_prefix "$name" "$PWD/build/prefix/$preset"
    check "$name: the installed program" "$PWD/build/prefix/$preset/bin/brood" --version || true
    check "$name: the installed tour" timeout -k 5 60 "$PWD/build/prefix/$preset/bin/brood" tour --plain \
        simple_function object_method open_file || true
    check "$name: the installed doctor" timeout -k 5 60 "$PWD/build/prefix/$preset/bin/brood" doctor || true
    check "$name: manual and completion" check_manual "$PWD/build/prefix/$preset" || true
}

check_clang_consumer() {
    check "static, clang++: find_package" consume_cmake clang "$PWD/build/prefix/release" \
        -DCMAKE_CXX_COMPILER=clang++-16 || return 0
    check "static, clang++: a user's program" expect_output "$CONSUMERS/clang-cmake/consumer" || true
}

check_mingw() {
    local headers=$PWD/build/mingw/dependencies/include
    need_packages "${MINGW_PACKAGES[@]}"
    step "configure mingw" configure mingw || return 0
    step "build mingw" build mingw brood brood_tool examples || return 0
    check "mingw: installation" install_preset mingw || return 0
    check "mingw: find_package" consume_cmake mingw "$PWD/build/prefix/mingw" \
        -DCMAKE_TOOLCHAIN_FILE="$PWD/cmake/toolchains/mingw64.cmake" \
        -Dbrood_CEREAL_INCLUDE_DIR="$headers" -Dbrood_PFR_INCLUDE_DIR="$headers" || return 0
    step "start Wine" start_wine || return 0
    check "mingw: a user's program under Wine" expect_output "$WINE" "$CONSUMERS/mingw-cmake/consumer.exe" || true
}

# The Debian package: built, listed, unpacked, used.
build_deb() {
    rm -rf build/release/package build/deb
    (cd build/release && cpack -G DEB) && dpkg-deb -x build/release/package/brood_*.deb build/deb
}

check_deb_contents() {
    local list path status=0
    list=$(dpkg-deb --contents build/release/package/brood_*.deb) || return 1
    for path in bin/brood lib/libbrood.a lib/cmake/brood/brood-config.cmake lib/pkgconfig/brood.pc \
        include/brood/brood.hpp include/brood/config.hpp share/doc/brood/LICENSE share/man/man1/brood.1 \
        share/bash-completion/completions/brood lib/brood/tour/simple_function share/brood/tour/simple_function.cpp; do
        grep -q " ./usr/$path$" <<<"$list" || {
            echo "the package lacks /usr/$path"
            status=1
        }
    done
    [ $status -eq 0 ] || printf '%s\n' "$list"
    return $status
}

check_deb() {
    need_packages "${PACKAGE_PACKAGES[@]}"
    step "configure release" configure release || return 0
    check "deb: built" build_deb || return 0
    dpkg-deb --info build/release/package/brood_*.deb | grep -E '^ (Package|Version|Depends|Installed-Size):'
    check "deb: contents" check_deb_contents || true
    check_prefix deb "$PWD/build/deb/usr"
    check "deb: the tour of the package" timeout -k 5 60 build/deb/usr/bin/brood tour --plain simple_function || true
}

check_installation() {
    [ $# -gt 0 ] || set -- static shared mingw deb
    local what
    need_packages "${BUILD_PACKAGES[@]}" "${PACKAGE_PACKAGES[@]}"
    for what in "$@"; do
        case $what in
            static)
                need_packages "${TEST_PACKAGES[@]}"
                install_and_check static release
                check_clang_consumer
                ;;
            shared) install_and_check shared shared ;;
            mingw) check_mingw ;;
            deb) check_deb ;;
            *)
                echo "./dev package: no '$what'" >&2
                exit 2
                ;;
        esac
    done
    finish
}
