#!/bin/sh
# Makes one archive that runs on an x86-64 Linux machine that has only a GPU driver: no Swift, no Debian packages.
#
#     scripts/gpu-bundle.sh [FOLDER]          FOLDER/ocellus-gpu.tar.xz; .build/gpu-bundle unless it is given
#
# In it are the command, with Swift's runtime and the picture codecs in it, and `report`, which tries everything and
# writes what it saw to one file.
set -eu
cd "$(dirname "$0")/.."
target="${1:-.build/gpu-bundle}"
[ "$(uname -sm)" = "Linux x86_64" ] || { echo "gpu-bundle: it is made on x86-64 Linux" >&2; exit 1; }

build=.build/static
archives="$PWD/$build/archives"
bundle="$build/ocellus-gpu"
most_megabytes=40

# A folder that has archives alone, so that the linker finds no shared library before them: the codecs', and that of the
# C++ in Swift's Foundation.
mkdir -p "$archives"
# What TIFF's library was built with comes along: it names all of its own codecs.
codecs="webpdemux gif tiff png jpeg webp zstd lzma Lerc jbig deflate"
cc -print-file-name=libsharpyuv.a | grep -q / && codecs="$codecs sharpyuv" # a part of libwebp, from 1.3 on
for name in $codecs z stdc++; do
    archive=$(cc -print-file-name="lib$name.a")
    [ -r "$archive" ] || { echo "gpu-bundle: there is no lib$name.a (Debian: libpng-dev, libjpeg-dev, libwebp-dev, libgif-dev, libtiff-dev, zlib1g-dev, libstdc++-12-dev)" >&2; exit 1; }
    ln -sfn "$archive" "$archives/lib$name.a"
done

codec_links=""
for name in $codecs z stdc++; do codec_links="$codec_links -Xlinker -l$name"; done

cc -O2 -c scripts/arc4random.c -o "$build/arc4random.o"
# Words of $codec_links are meant to be split.
# shellcheck disable=SC2086
swift build -c release --product ocellus --scratch-path "$build" --static-swift-stdlib \
    -Xcc -DOCELLUS_LINKED_CODECS -Xlinker "-L$archives" $codec_links -Xlinker "$PWD/$build/arc4random.o" \
    -Xswiftc -Xclang-linker -Xswiftc -static-libgcc

rm -rf "$bundle"
mkdir -p "$bundle" "$target"
cp scripts/gpu-report.sh "$bundle/report"
cp LICENSE "$bundle/"
strip -o "$bundle/ocellus" "$build/release/ocellus"

# What remains must be glibc's own.
foreign=$(ldd "$bundle/ocellus" | sed -n 's/^[[:space:]]*\([^ ]*\) .*/\1/p' |
    grep -vE '^(linux-vdso|libc|libm|libdl|libpthread|librt|libresolv|libutil|/lib64/ld-linux-x86-64)\.so' || true)
[ -z "$foreign" ] || { echo "gpu-bundle: the command still wants" $foreign >&2; exit 1; }
glibc=$(objdump -T "$bundle/ocellus" | sed -n 's/.*(GLIBC_\([0-9.]*\)).*/\1/p' | sort -Vu | tail -n 1)
cat >"$bundle/README" <<END
Ocellus for a GPU workstation: x86-64 Linux with glibc $glibc or later and an OpenCL driver.

    ./ocellus doctor        what is there, what is missing, whether each device computes rightly
    ./ocellus --help        all else
    ./report                tries everything in some minutes, and writes what it saw to one file
END

tar -C "$build" -cf - --owner=0 --group=0 --numeric-owner ocellus-gpu | xz -T0 -6 >"$target/ocellus-gpu.tar.xz.new"
mv "$target/ocellus-gpu.tar.xz.new" "$target/ocellus-gpu.tar.xz"
bytes=$(wc -c <"$target/ocellus-gpu.tar.xz")
[ "$bytes" -le $((most_megabytes * 1000000)) ] || {
    echo "gpu-bundle: the archive has $bytes bytes, more than $most_megabytes MB" >&2
    exit 1
}
echo "$target/ocellus-gpu.tar.xz: $((bytes / 1000000)) MB; it wants glibc $glibc or later"
