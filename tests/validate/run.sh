#!/bin/sh
# Validates YAML streams with PyPI's kubernetes-validate, strict, for Kubernetes 1.31 to 1.37: an opinion on what kgen
# writes that shares nothing with kgen, since its schemas are those of the servers.
#
#   tests/validate/run.sh FILE...
#
# Status 0: every object of every file is valid in every version. 1: one is not. 2: the validator cannot be had.
# Custom resources have no schema there; each is named as skipped.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../target/validate

if [ $# -eq 0 ]; then
    echo "usage: tests/validate/run.sh FILE..." >&2
    exit 2
fi

"$here/../venv.sh" validate kubernetes-validate==1.37.0

exec "$venv/bin/python" "$here/validate.py" "$@"
