#!/bin/sh
# Fuzzes the picture decoders' wrappers by libFuzzer, guided by coverage, under AddressSanitizer, one after the other.
#
#     scripts/fuzz.sh [SECONDS] [TARGET...]      SECONDS each, 60 unless given; TARGET as in Tests/Fuzz, all unless given
#
# It needs Swift's own Clang and Python 3. The corpus starts with the golden files' pictures and grows in .build/fuzz, where
# findings are too, each a file that `.build/fuzz/TARGET FILE` shows again. A finding is a crash, an access out of bounds, undefined
# behaviour, a leak, 10 seconds on one file, or a single allocation of more than 64 MiB for at most 65,536 pixels.
set -eu
cd "$(dirname "$0")/.."

seconds="${1:-60}"
[ $# = 0 ] || shift
targets="${*:-jpeg png webp gif tiff bmp info}"
scripts/install-dependencies.sh build

compiler="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
[ -x "$compiler" ] || compiler=clang
built=.build/fuzz
mkdir -p "$built/modules" "$built/objects" "$built/corpus" "$built/findings"
python3 Tests/Fuzz/seeds.py "$built/seeds"

# What the Swift targets import, as SwiftPM would describe it.
modules="CSIMD CPNG CJPEG CCodec CWebP CGIF CTIFF"
includes=""
: >"$built/modules/module.modulemap"
for module in $modules; do
    includes="$includes -ISources/$module/include"
    echo "module $module { umbrella \"$PWD/Sources/$module/include\" export * }" >>"$built/modules/module.modulemap"
done

sanitizers="address,undefined"
for module in $modules; do
    # Resizing comes along with what is Swift.
    case "$module $targets" in CSIMD*bmp* | CSIMD*info*) ;; CSIMD*) continue ;; esac
    for source in Sources/"$module"/*.c; do
        object="$built/objects/$module-$(basename "$source" .c).o"
        [ ! -e "$object" ] || [ -n "$(find "Sources/$module" Sources/CCodec scripts/fuzz.sh -newer "$object")" ] || continue
        # The innermost loops are others' to test, and take their time under a sanitizer.
        flags="-fsanitize=fuzzer-no-link,$sanitizers -fno-sanitize-recover=undefined"
        [ "$module" != CSIMD ] || flags=""
        # Words of $flags and $includes are meant to be split.
        # shellcheck disable=SC2086
        "$compiler" -std=gnu17 -O1 -g $flags $includes -c "$source" -o "$object"
    done
done
libraries="-lpng -ljpeg -ldl -lm -lpthread"

build_target() {
    if [ -f "Tests/Fuzz/$1.swift" ]; then
        links=$(for library in $libraries; do echo "-Xlinker $library"; done)
        # shellcheck disable=SC2086
        swiftc -O -g -sanitize=fuzzer,address -parse-as-library -use-ld=lld -swift-version 6 -module-name Fuzzed -package-name fuzzed -I "$built/modules" \
            -Xcc -ISources/CCodec/include \
            Sources/OcellusImages/*.swift "Tests/Fuzz/$1.swift" "$built"/objects/*.o $links -o "$built/$1"
    else
        # shellcheck disable=SC2086
        "$compiler" -std=gnu17 -O1 -g -fsanitize=fuzzer,$sanitizers -fuse-ld=lld $includes "Tests/Fuzz/$1.c" \
            $(ls "$built"/objects/*.o | grep -v CSIMD-) $libraries -o "$built/$1"
    fi
}

status=0
printf '%-8s %12s %10s %10s %9s\n' target executions coverage corpus findings
for target in $targets; do
    build_target "$target"
    mkdir -p "$built/corpus/$target" "$built/findings/$target"
    "$built/$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 -malloc_limit_mb=64 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$built/findings/$target/" "$built/corpus/$target" "$built/seeds/$target" \
        >"$built/$target.log" 2>&1 || status=1
    executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$built/$target.log")
    coverage=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$built/$target.log" | tail -n 1)
    corpus=$(sed -n 's/.* corp: \([0-9]*\).*/\1/p' "$built/$target.log" | tail -n 1)
    findings=$(find "$built/findings/$target" -type f | wc -l)
    printf '%-8s %12s %10s %10s %9s\n' "$target" "$executions" "$coverage" "$corpus" "$findings"
done
exit "$status"
