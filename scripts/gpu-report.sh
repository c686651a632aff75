#!/bin/sh
# Tries Ocellus on this machine's OpenCL devices and writes what it saw to one file, to be sent back: what is installed,
# whether each device computes rightly, which kernels are quickest on it, how fast it is, operation by operation and beside
# its own measured peak, and a short training run on each, beside the CPU.
#
#     ./report [FILE]
#
# TUNING_SECONDS (300 unless set) is how long kernels are looked for on each device and network; 0 leaves it out.
# OCELLUS names another command than the one beside this script. Nothing is installed and nothing but the file, the kernels'
# cache and a temporary folder is written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
ocellus="${OCELLUS:-$here/ocellus}"
report="${1:-ocellus-report.txt}"
folder=$(mktemp -d "${TMPDIR:-/tmp}/ocellus-report.XXXXXX") || exit 1
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

seconds="${TUNING_SECONDS:-300}"
# name DEVICE: as part of a file's name.
name() { echo "$1" | tr -c 'a-zA-Z0-9\n' -; }

failures=0
# try COMMAND...: runs it, shows it, and writes what it says and how it ends to the report.
try() {
    echo "+ $*" >&2
    {
        echo
        echo "+ $*"
        "$@" 2>&1
        # On a line of its own, whatever the command's last line ends with.
        printf '\nexit code %s\n' $?
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
    # First as it is without tuning, then with it.
    try "$ocellus" bench operations --network simple --products 2048 --tuning off --device "$device"
    if [ "$device" != cpu ] && [ "$seconds" != 0 ]; then
        for network in simple resnet18 resnet50 mobilenet_v2; do
            try "$ocellus" tune --network "$network" --seconds "$seconds" --device "$device"
        done
        try "$ocellus" tune --export "$folder/tuned-$(name "$device").json" --device "$device"
        try cat "$folder/tuned-$(name "$device").json"
    fi
    try "$ocellus" bench operations --network simple resnet18 resnet50 mobilenet_v2 --device "$device"
    try "$ocellus" bench --network resnet50 --mode training --batch 32 --device "$device" --profile
    try "$ocellus" train "$folder/pictures" --size 64 --epochs 4 --device "$device" \
        --output "$folder/run-$(name "$device")"
done

echo "$report: $(wc -l <"$report") lines; $failures commands failed" >&2
[ "$failures" = 0 ]
