#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A user's build by pkg-config: build.sh COMPILER OUTPUT; PKG_CONFIG_PATH leads to an installed brood.
set -euo pipefail
flags=$(pkg-config --cflags --libs brood)
# The flags are words.
# shellcheck disable=SC2086
"$1" -std=c++20 -O1 "$(dirname "$0")/../main.cpp" $flags -o "$2"
