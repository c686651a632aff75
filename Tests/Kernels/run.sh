#!/bin/sh
# Compiles the CPU's kernels with the program beside this for this machine and for 64-bit ARM, and runs both, the latter by
# QEMU. Needs no Swift package, only Swift's own Clang; `scripts/install-dependencies.sh test` installs the rest.
set -eu
cd "$(dirname "$0")/../.."

compiler="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
built=$(mktemp -d)
trap 'rm -rf "$built"' EXIT

# build NAME [OPTION]...: compiles the kernels and the cases to $built/NAME
build() {
    name=$1
    shift
    "$compiler" "$@" -std=gnu17 -O2 -Wall -Wextra -Werror -ISources/CSIMD/include -ITests/Kernels \
        Sources/CSIMD/*.c Tests/Kernels/*.c -lm -o "$built/$name"
}

build native
"$built/native"

if [ "$(uname -m)" != aarch64 ]; then
    build arm --target=aarch64-linux-gnu -static -fuse-ld=lld
    qemu-aarch64-static "$built/arm" neon
fi
