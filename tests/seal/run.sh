#!/bin/sh
# Opens SealedSecret manifests as the controller does, with PyPI's cryptography (OpenSSL) and PyYAML: nothing of it is
# kgen's.
#
#   tests/seal/run.sh PRIVATE_KEY.pem MANIFEST
#
# Status 0: a JSON map of key to base64 value on stdout. 1: an item does not open. 2: Python's packages cannot be had.
set -eu

packages="cryptography==48.0.0 PyYAML==6.0.3"
here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$here/../.." && pwd)/target/seal

if [ $# -ne 2 ]; then
    echo "usage: tests/seal/run.sh PRIVATE_KEY.pem MANIFEST" >&2
    exit 2
fi

if ! "$venv/bin/python" -c 'import cryptography, yaml' 2>/dev/null; then
    mkdir -p "$(dirname "$venv")"
    # shellcheck disable=SC2086
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $packages; } >&2; then
        echo "error: $packages cannot be installed into $venv; nothing was opened" >&2
        exit 2
    fi
fi

exec "$venv/bin/python" "$here/open.py" "$@"
