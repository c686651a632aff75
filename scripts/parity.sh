#!/bin/sh
# Prints the table of parity: for each operation and each backend and device, the worst error against the oracle.
set -eu
cd "$(dirname "$0")/.."

scripts/install-dependencies.sh test
swift build -c release --build-tests >&2
runtimes=$(Tests/opencl-runtimes.sh)
eval "$runtimes"
table=$(mktemp)
trap 'rm -f "$table"' EXIT
status=0
OCELLUS_PARITY_TABLE="$table" swift test -c release --skip-build --filter ParityTable >&2 || status=$?
cat "$table"
exit "$status"
