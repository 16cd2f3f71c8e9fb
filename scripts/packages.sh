# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Which Debian packages each job needs, and their installation. Sourced by ./dev.

# Used by the files that source this one.
# shellcheck disable=SC2034
{
    BUILD_PACKAGES=(g++ cmake ninja-build ccache python3 libcereal-dev libboost1.81-dev libcli11-dev
        nlohmann-json3-dev libsodium-dev libssl-dev libdw-dev libsqlite3-dev
        libfftw3-dev libhdf5-dev libzmq3-dev)
    TEST_PACKAGES=(doctest-dev clang-16 spin chromium openmpi-bin libopenmpi-dev)
    MINGW_PACKAGES=(g++-mingw-w64-x86-64-posix wine64)
    SANITIZER_PACKAGES=(clang-16 libclang-rt-16-dev llvm-16)
    FORMAT_PACKAGES=(git clang-format-14)
    TIDY_PACKAGES=(git clang-tidy-16)
    SCRIPT_PACKAGES=(git shellcheck python3)
    PACKAGE_PACKAGES=(pkgconf dpkg-dev file)
    DOCS_PACKAGES=(doxygen doxygen-awesome-css)
}

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

# need_packages NAME...: installs those that are missing. On a system without apt the user is told their names.
need_packages() {
    local name missing=()
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        say "not a Debian system: these packages, or what they hold, must be there: $*"
        return
    fi
    for name in "$@"; do
        installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    quietly as_root apt-get update
    quietly apt_install "${missing[@]}"
}
