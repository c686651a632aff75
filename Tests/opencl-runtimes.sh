#!/bin/sh
# Gathers the OpenCL runtimes that the tests run on in one folder of .icd files, outside of the tree and of the system's
# own folder, and prints the line that makes OpenCL's loader use it:
#
#     eval "$(Tests/opencl-runtimes.sh)" && swift test -c release
#
# PoCL and Oclgrind are Debian's (pocl-opencl-icd, oclgrind) where installed. Intel's CPU runtime comes from PyPI, once.
# What is missing is said on standard error and left out; the tests then run on what there is.
set -eu

folder="${XDG_CACHE_HOME:-$HOME/.cache}/ocellus/opencl-runtimes"
vendors="$folder/vendors"
intel="$folder/intel"
mkdir -p "$vendors"

say() { echo "opencl-runtimes: $*" >&2; }

# offer NAME LIBRARY: another run of the tests may be reading the folder, so the file appears whole.
offer() {
    echo "$2" >"$vendors/$1.new"
    mv "$vendors/$1.new" "$vendors/$1.icd"
}

if [ -r /etc/OpenCL/vendors/pocl.icd ]; then
    offer pocl "$(cat /etc/OpenCL/vendors/pocl.icd)"
else
    rm -f "$vendors/pocl.icd"
    say "PoCL is not installed (Debian: apt-get install pocl-opencl-icd); the tests do without it"
fi

oclgrind=/usr/lib/oclgrind/liboclgrind-rt-icd.so
if [ -r "$oclgrind" ]; then
    offer oclgrind "$oclgrind"
else
    rm -f "$vendors/oclgrind.icd"
    say "Oclgrind is not installed (Debian: apt-get install oclgrind); the tests do without it"
fi

# A complete installation is marked by a file that is written last, so that an interrupted one is begun anew.
if [ ! -e "$intel/complete" ] && [ "$(uname -m)" = x86_64 ]; then
    say "installing Intel's OpenCL runtime from PyPI into $intel (about 325 MB, once)"
    rm -rf "$intel"
    if python3 -m venv "$intel" >&2 &&
        "$intel/bin/pip" install --quiet --disable-pip-version-check --retries 1 --timeout 20 \
            intel-opencl-rt intel-cmplr-lib-rt >&2; then
        touch "$intel/complete"
    else
        rm -rf "$intel"
        say "Intel's runtime could not be installed (is there python3-venv, and a way to PyPI?); the tests do without it"
    fi
fi
if [ -e "$intel/complete" ]; then
    offer intel "$intel/lib/libintelocl.so"
else
    rm -f "$vendors/intel.icd"
fi

echo "export OCL_ICD_VENDORS='$vendors'"
