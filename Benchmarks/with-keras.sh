#!/bin/sh
# Runs a script with Keras at hand: Benchmarks/with-keras.sh SCRIPT [ARGUMENT]...
# Keras is installed from PyPI once (600 MB), outside of the tree and away from the system's Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
environment="${XDG_CACHE_HOME:-$HOME/.cache}/ocellus/benchmarks"

# The list is copied into the environment last, so that an interrupted installation, or one of other versions, is begun
# anew.
if ! cmp -s "$here/requirements.txt" "$environment/complete"; then
    echo "benchmarks: installing Keras from PyPI into $environment" >&2
    rm -rf "$environment"
    mkdir -p "$environment"
    if ! python3 -m venv "$environment" >&2 || ! "$environment/bin/pip" install --quiet --disable-pip-version-check \
        --requirement "$here/requirements.txt" >&2; then
        rm -rf "$environment"
        echo "benchmarks: Keras could not be installed (see above). It takes Python 3.11 to 3.13 and a way to PyPI." >&2
        exit 1
    fi
    cp "$here/requirements.txt" "$environment/complete"
fi
exec "$environment/bin/python" "$@"
