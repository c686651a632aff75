#!/bin/bash
# Proves the Dockerfile without a registry: makes the two base images from Debian's packages and the Swift installed here,
# builds the image with buildah, and runs it as Kubernetes would: another user than root, nothing writable but /tmp, no
# capability. Then it predicts through it.
#
#     scripts/image-proof.sh MODEL PICTURE
#
# It needs root, debootstrap and buildah (Debian's packages), and 4 GB of disk in .build/image, which is kept for the next
# time. It takes as long as a build from scratch.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# = 2 ] || { echo "usage: $0 MODEL PICTURE" >&2; exit 2; }
model=$(realpath "$1")
picture=$(realpath "$2")
[ "$(id -u)" = 0 ] || { echo "image-proof: it needs root" >&2; exit 1; }
for tool in debootstrap buildah swift curl ip; do
    command -v "$tool" >/dev/null || { echo "image-proof: there is no $tool" >&2; exit 1; }
done

work="$PWD/.build/image"
mkdir -p "$work"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
export CONTAINERS_STORAGE_CONF="$work/storage.conf"
cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "vfs"
graphroot = "$work/storage"
runroot = "$work/run"
END
most_megabytes=150

say() { printf '\n== %s\n' "$*" >&2; }

# make_base NAME PACKAGES: an image of Debian's essential packages and others.
make_base() {
    buildah inspect --type image "localhost/$1" >/dev/null 2>&1 && return
    say "making the base image $1"
    rm -rf "$work/root"
    debootstrap --variant=minbase ${2:+--include="$2"} bookworm "$work/root" >"$work/debootstrap.log"
    # What Debian's slim images leave out.
    rm -rf "$work/root"/usr/share/{doc,man,info,locale,lintian} "$work/root"/var/{cache/apt,lib/apt/lists,log}/*
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$work/root" / >/dev/null
    [ -z "${3:-}" ] || buildah config --env "PATH=$3:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$container"
    buildah commit --quiet --rm "$container" "localhost/$1" >/dev/null
    rm -rf "$work/root"
}

# The toolchain is mounted, not copied: it takes gigabytes. So are mirrors of packages that git is told to use here, and a copy
# of the build folder, at the path that it has here, so that what is compiled need not be compiled again.
swift=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")
if [ ! -d "$work/swift-build" ]; then
    mkdir "$work/swift-build"
    for entry in .build/*; do [ "$entry" = .build/image ] || cp --archive "$entry" "$work/swift-build/"; done
fi
mounts=(--volume "$swift:$swift:ro" --volume "$work/swift-build:$PWD/.build")
for mirror in $(git config --get-regexp 'url\..*\.insteadof' | sed -n 's|^url\.\(/.*/\)\.insteadof .*|\1|p' | sort -u); do
    mounts+=(--volume "$mirror:${mirror%/}:ro")
done
[ ! -r /etc/gitconfig ] || mounts+=(--volume "/etc/gitconfig:/etc/gitconfig:ro")

make_base ocellus-debian ""
make_base ocellus-swift \
    binutils,ca-certificates,git,gcc,libc6-dev,libcurl4-openssl-dev,libedit2,libncurses6,libpython3.11,libsqlite3-0,libstdc++-12-dev,libxml2,libz3-4,zlib1g-dev \
    "$swift/bin"

say "building the image"
buildah build --format docker --tag localhost/ocellus-proof "${mounts[@]}" --build-arg "SOURCE=$PWD" \
    --build-arg SWIFT_IMAGE=localhost/ocellus-swift --build-arg BASE_IMAGE=localhost/ocellus-debian .

say "looking at it"
buildah inspect --type image --format \
    'user {{.OCIv1.Config.User}}, entry {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}' localhost/ocellus-proof
container=$(buildah from localhost/ocellus-proof)
root=$(buildah mount "$container")
server=""
stop() {
    # unshare itself, which waits for the service, does not heed the signal.
    [ -z "$server" ] || kill "$(pgrep --parent "$server")" 2>/dev/null || true
    wait || true
    buildah rm "$container" >/dev/null
}
trap stop EXIT
megabytes=$(($(du --summarize --bytes --one-file-system "$root" | cut -f 1) / 1000000))
echo "the image has $megabytes MB; the command $(($(stat --format %s "$root/usr/local/bin/ocellus") / 1000000)) MB of them"
[ "$megabytes" -le "$most_megabytes" ] || { echo "image-proof: more than $most_megabytes MB" >&2; exit 1; }

# inside COMMAND...: runs it in the container as Kubernetes would: a read-only root, /proc, an empty /tmp and /dev, the model, a
# network of its own, another user than root, no capability. It takes the (sub)shell's place, so that `$!` is in that network.
inside() {
    exec unshare --mount --net --pid --fork --kill-child bash -c '
        set -eu
        root=$1 model=$2
        shift 2
        ip link set lo up
        mount --make-rprivate /
        mount --bind "$root" "$root"
        mkdir -p "$root/model"
        mount --bind "$model" "$root/model"
        mount -o remount,bind,ro "$root/model"
        mount -t tmpfs tmpfs "$root/tmp"
        mount -t tmpfs tmpfs "$root/dev"
        for node in null zero urandom; do touch "$root/dev/$node" && mount --bind "/dev/$node" "$root/dev/$node"; done
        mount -t proc proc "$root/proc"
        mount -o remount,bind,ro "$root"
        exec env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin OCELLUS_CACHE=/tmp/ocellus chroot "$root" \
            setpriv --reuid=65532 --regid=65532 --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
    ' -- "$root" "$model" "$@"
}

say "running it"
(inside bash -c 'id; touch /here 2>&1 || true; ocellus --version; ocellus devices') || exit 1
inside ocellus serve /model --host 0.0.0.0 --port 5000 &
server=$!
# The command of HEALTHCHECK, as it stands in the image.
check=$(buildah inspect --type image --format '{{index .Docker.Config.Healthcheck.Test 3}}' localhost/ocellus-proof)
for _ in $(seq 100); do
    nsenter --target "$server" --net bash -c "$check" 2>/dev/null && break
    sleep 0.1
done
nsenter --target "$server" --net bash -c "$check" || { echo "image-proof: it does not become healthy" >&2; exit 1; }
echo "it is healthy"
nsenter --target "$server" --net curl --silent --show-error --fail-with-body --form "file=@$picture" \
    http://127.0.0.1:5000/predict
echo
memory=$(sed -n 's/^VmRSS:[[:space:]]*//p' "/proc/$(pgrep --parent "$server")/status")
echo "the process takes $memory of memory"
