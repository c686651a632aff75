#!/bin/sh
# Builds the container image with docker, podman or buildah, whichever is there.
#
#     scripts/image.sh [NAME]          the image's name; ocellus unless it is given
set -eu
cd "$(dirname "$0")/.."
name="${1:-ocellus}"

# A docker without a daemon is no docker.
if docker info >/dev/null 2>&1; then
    DOCKER_BUILDKIT=1 exec docker build --tag "$name" .
elif command -v podman >/dev/null 2>&1; then
    exec podman build --format docker --tag "$name" .
elif command -v buildah >/dev/null 2>&1; then
    exec buildah build --format docker --tag "$name" .
fi
echo "image: there is no docker (with its daemon running), podman or buildah. Install one of them" >&2
exit 1
