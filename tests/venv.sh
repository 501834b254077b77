#!/bin/sh
# Makes target/NAME a Python environment that holds exactly these packages, unless it is one.
#
#   tests/venv.sh NAME PACKAGE...
#
# Tests that need it run side by side: the first makes it, the others wait, and none sees half of one.
# Status 2: the packages cannot be had.
set -eu

name=$1
shift
target=$(cd "$(dirname "$0")/.." && pwd)/target
venv=$target/$name

mkdir -p "$target"
exec 9>"$target/$name.lock"
flock 9
# Written last: an environment without it was left half made.
if [ "$(cat "$venv/packages" 2>/dev/null)" != "$*" ]; then
    rm -rf "$venv"
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"; } >&2; then
        echo "error: $* cannot be installed into $venv" >&2
        exit 2
    fi
    echo "$*" >"$venv/packages"
fi
