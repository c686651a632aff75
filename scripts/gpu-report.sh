#!/bin/sh
# Tries Ocellus on this machine's OpenCL devices and writes what it saw to one file, to be sent back: what is installed,
# whether each device computes rightly, how fast it is, and a short training run on each, beside the CPU.
#
#     ./report [FILE]
#
# OCELLUS names another command than the one beside this script. Nothing is installed and nothing but the file, the kernels'
# cache and a temporary folder is written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
ocellus="${OCELLUS:-$here/ocellus}"
report="${1:-ocellus-report.txt}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/ocellus-report.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

failures=0
# try COMMAND...: runs it, shows it, and writes what it says and how it ends to the report.
try() {
    echo "+ $*" >&2
    {
        echo
        echo "+ $*"
        "$@" 2>&1
        echo "exit code $?"
    } >"$folder/last"
    cat "$folder/last" >>"$report"
    [ "$(tail -n 1 "$folder/last")" = "exit code 0" ] || failures=$((failures + 1))
}

: >"$report" || exit 1
{
    echo "Ocellus $("$ocellus" --version), $(date -u +%Y-%m-%dT%H:%M:%SZ)"
    uname -srm
    sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort | uniq -c
} >>"$report"

try "$ocellus" doctor --verbose
try "$ocellus" devices
try "$ocellus" demo-data "$folder/pictures" --images 60

devices=$("$ocellus" devices --json | sed -n 's/.*"option":"\([^"]*\)".*/\1/p')
IFS='
'
for device in $devices; do
    unset IFS
    case "$device" in *oclgrind*) continue ;; esac
    try "$ocellus" bench gemm --device "$device"
    for network in simple mobilenet_v2 resnet18 resnet50; do
        for mode in inference training; do
            try "$ocellus" bench --network "$network" --mode "$mode" --batch 32 --device "$device"
        done
    done
    try "$ocellus" bench --network resnet50 --mode training --batch 32 --device "$device" --profile
    try "$ocellus" train "$folder/pictures" --size 64 --epochs 4 --device "$device" \
        --output "$folder/run-$(echo "$device" | tr -c 'a-zA-Z0-9\n' -)"
done

echo "$report: $(wc -l <"$report") lines; $failures commands failed" >&2
[ "$failures" = 0 ]
