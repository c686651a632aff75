#!/bin/sh
# Installs the system's packages that Ocellus is built with, and looks whether there is a Swift that can build it.
#
#     scripts/install-dependencies.sh          what `swift build` needs
#     scripts/install-dependencies.sh test     and what the tests run on
#     scripts/install-dependencies.sh bench    and what the benchmarks' peers need
#
# It looks for the things themselves, not for packages, and does nothing when all are there. Debian and Ubuntu only; on
# other systems it says what to install by hand.
set -eu

PATH="$PATH:/usr/sbin:/sbin" # where ldconfig is, for all users
purpose="${1:-build}"
case "$purpose" in
build | test | bench) ;;
*)
    echo "usage: $0 [build|test|bench]" >&2
    exit 2
    ;;
esac

fail() {
    echo "install-dependencies: $*" >&2
    exit 1
}

# The first Swift whose own compiler has the #embed that the kernels are embedded with.
required=6.3
command -v swift >/dev/null 2>&1 ||
    fail "there is no 'swift'. Install Swift $required or later (https://www.swift.org/install) and put it on PATH."
version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
[ -n "$version" ] || fail "'swift --version' says no version. Install Swift $required or later (https://www.swift.org/install)."
[ "$(printf '%s\n%s\n' "$required" "$version" | sort -V | head -n 1)" = "$required" ] ||
    fail "Swift $version is too old. Install Swift $required or later (https://www.swift.org/install)."

# The compiler that Swift brings along, which is not always on PATH.
compiler="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
[ -x "$compiler" ] || compiler=cc

# has_library HEADER LIBRARY: can a program include the one and be linked with the other?
has_library() {
    printf '#include <stddef.h>\n#include <stdio.h>\n#include <%s>\nint main(void) { return 0; }\n' "$1" |
        "$compiler" -x c - ${2:+"-l$2"} -o /dev/null 2>/dev/null
}

missing=""
need() { missing="$missing $1"; }

has_library png.h png || need libpng-dev
has_library jpeglib.h jpeg || need libjpeg-dev
has_library webp/demux.h webpdemux || need libwebp-dev
has_library gif_lib.h gif || need libgif-dev
has_library tiffio.h tiff || need libtiff-dev
has_library CL/cl.h "" || need opencl-headers
# The command opens OpenCL's library at run time, and works without; its loader comes along for the drivers there are.
ldconfig -p 2>/dev/null | grep -q 'libOpenCL\.so\.1' || need ocl-icd-opencl-dev
if [ "$purpose" = test ]; then
    # A package that was removed leaves its .icd behind, so the library that it names is looked for.
    pocl=$(cat /etc/OpenCL/vendors/pocl.icd 2>/dev/null || true)
    { [ -n "$pocl" ] && { [ -r "$pocl" ] || ldconfig -p | grep -qF "$pocl"; }; } || need pocl-opencl-icd
    [ -r /usr/lib/oclgrind/liboclgrind-rt-icd.so ] || need oclgrind
    # Pages are tried in a browser. Ubuntu has none in its packages; the tests then say that they leave pages out.
    if [ "$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null)" = debian ]; then
        command -v chromium >/dev/null 2>&1 || need chromium
        command -v chromedriver >/dev/null 2>&1 || need chromium-driver
    fi
    # The kernels are compiled for 64-bit ARM too, and run by an emulator.
    if [ "$(uname -m)" != aarch64 ]; then
        [ -r /usr/aarch64-linux-gnu/lib/libc.a ] || need libc6-dev-arm64-cross
        ls /usr/lib/gcc-cross/aarch64-linux-gnu/*/libgcc.a >/dev/null 2>&1 || need gcc-aarch64-linux-gnu
        command -v qemu-aarch64-static >/dev/null 2>&1 || need qemu-user-static
    fi
fi
if [ "$purpose" = bench ]; then
    command -v wrk >/dev/null 2>&1 || need wrk
fi
if [ "$purpose" != build ]; then
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1 || need python3-venv
fi

[ -n "$missing" ] || exit 0

by_hand="Install by hand what these Debian packages hold:$missing"
command -v apt-get >/dev/null 2>&1 || fail "this system has no apt-get. $by_hand"
if [ "$(id -u)" = 0 ]; then
    as_root=""
elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
else
    fail "installing packages needs root or sudo. $by_hand"
fi

echo "install-dependencies: installing$missing" >&2
install() {
    # Words of $as_root and $missing are meant to be split.
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $missing >&2
}
# A fresh container has no package lists, and old lists name versions that are gone.
if ! install 2>/dev/null; then
    $as_root apt-get update --quiet=2 >&2 || echo "install-dependencies: 'apt-get update' failed; trying without" >&2
    install || fail "apt-get could not install them (see above). $by_hand"
fi
