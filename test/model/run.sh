#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Checks a model with spin: every reachable state, no failed assertion, nobody left waiting. run.sh MODEL.pml [-DNAME=VALUE...]
set -euo pipefail
model=$(realpath "$1")
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
spin "$@" -a "$model"
cc -O2 -DSAFETY -DCOLLAPSE -DMEMLIM=4096 -w -o pan pan.c
./pan -m1000000 | tee result
grep -q 'errors: 0$' result || {
    [ ! -e "$(basename "$model").trail" ] || spin -t -p -g "$model" | tail -n 100
    exit 1
}
# A search that was cut short proves nothing.
! grep -qE 'max search depth too small|Search not completed|reached -DMEMLIM' result
