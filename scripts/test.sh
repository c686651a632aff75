#!/bin/sh
# Checks the format, builds and tests everything. Its exit code is that of what failed first, and its last lines are those
# of `swift test`. Operations are tested on each OpenCL runtime that there is; `Tests/opencl-runtimes.sh` gathers them.
set -eu
cd "$(dirname "$0")/.."

scripts/install-dependencies.sh test
echo "test: checking the format" >&2
swift format lint --strict --recursive --parallel Package.swift Sources Tests
echo "test: comparing the CPU's kernels with their definitions, NEON's in an emulator" >&2
Tests/Kernels/run.sh
swift build -c release --build-tests
runtimes=$(Tests/opencl-runtimes.sh)
eval "$runtimes"
[ $# -eq 0 ] || exec swift test -c release --skip-build "$@"
# Services and their clients keep deadlines of a second, which those who compute beside them would have them miss.
served='ServingTests|LabellingTests|ServeCommandTests|CommandTests.Pages'
swift test -c release --skip-build --filter "$served"
# Each operation on every device takes about as long as all else, most of it on one core in the drivers' compilers: beside it.
# Nothing is built any more, so neither has to wait for the other.
operations=OperationTests
log=$(mktemp)
swift test -c release --skip-build --filter "$operations" --ignore-lock >"$log" 2>&1 &
beside=$!
# It stops its tests on SIGINT, not on SIGTERM.
trap 'kill -INT "$beside" 2>/dev/null || true; rm -f "$log"' EXIT
trap 'exit 130' INT TERM
status=0
swift test -c release --skip-build --skip "$served|$operations" --ignore-lock || status=$?
beside_status=0
wait "$beside" || beside_status=$?
cat "$log"
[ "$status" -ne 0 ] || status=$beside_status
exit "$status"
