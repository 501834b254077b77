#!/bin/sh
# Opens SealedSecret manifests as the controller does, with PyPI's cryptography (OpenSSL) and PyYAML: nothing of it is
# kgen's.
#
#   tests/seal/run.sh PRIVATE_KEY.pem MANIFEST
#
# Status 0: a JSON map of key to base64 value on stdout. 1: an item does not open. 2: Python's packages cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../target/seal

if [ $# -ne 2 ]; then
    echo "usage: tests/seal/run.sh PRIVATE_KEY.pem MANIFEST" >&2
    exit 2
fi

"$here/../venv.sh" seal cryptography==48.0.0 PyYAML==6.0.3

exec "$venv/bin/python" "$here/open.py" "$@"
