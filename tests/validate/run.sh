#!/bin/sh
# Validates YAML streams with PyPI's kubernetes-validate, strict, for Kubernetes 1.31 to 1.37: an opinion on what kgen
# writes that shares nothing with kgen, since its schemas are those of the servers.
#
#   tests/validate/run.sh FILE...
#
# Status 0: every object of every file is valid in every version. 1: one is not. 2: the validator cannot be had.
# Custom resources have no schema there; each is named as skipped.
set -eu

package=kubernetes-validate==1.37.0
here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$here/../.." && pwd)/target/validate

if [ $# -eq 0 ]; then
    echo "usage: tests/validate/run.sh FILE..." >&2
    exit 2
fi

if ! "$venv/bin/python" -c 'import kubernetes_validate' 2>/dev/null; then
    mkdir -p "$(dirname "$venv")"
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "$package"; } >&2; then
        echo "error: $package cannot be installed into $venv; nothing was validated" >&2
        exit 2
    fi
fi

exec "$venv/bin/python" "$here/validate.py" "$@"
