#!/bin/sh
# Runs a script with the peers at hand: Benchmarks/with-python.sh keras|peers|serving|trackers SCRIPT [ARGUMENT]...
#
# They are installed from PyPI once, outside of the tree and away from the system's Python: `keras` takes 2 GB of disk,
# `peers` (Keras, ONNX Runtime, OpenVINO and PyTorch, which comes with CUDA) 8 GB. OCELLUS_PEERS_PYTHON names a Python that
# has them already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=$1
shift
[ -z "${OCELLUS_PEERS_PYTHON:-}" ] || exec "$OCELLUS_PEERS_PYTHON" "$@"
environment="${XDG_CACHE_HOME:-$HOME/.cache}/ocellus/benchmarks/$name"

# A list and those that it includes.
lists() {
    sed -n "s|^-r \(.*\)|$here/requirements/\1|p" "$here/requirements/$name.txt" | xargs -r cat
    cat "$here/requirements/$name.txt"
}

# The lists are copied into the environment last, so that an interrupted installation, or one of other versions, is begun
# anew.
if ! lists | cmp -s - "$environment/complete"; then
    echo "benchmarks: installing what requirements/$name.txt lists from PyPI into $environment; it takes some minutes" >&2
    rm -rf "$environment"
    mkdir -p "$environment"
    if ! python3 -m venv "$environment" >&2 || ! "$environment/bin/pip" install --quiet --disable-pip-version-check \
        --requirement "$here/requirements/$name.txt" >&2; then
        rm -rf "$environment"
        echo "benchmarks: they could not be installed (see above). It takes Python 3.11 to 3.13 and a way to PyPI." >&2
        exit 1
    fi
    lists >"$environment/complete"
fi
exec "$environment/bin/python" "$@"
