#!/bin/sh
# What checkov's checks for Kubernetes say of YAML files, a line a finding: FILE CHECK KIND NAME.
#
#   tests/checkov/run.sh FILE...
#
# Status 2: checkov cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../target/checkov

"$here/../venv.sh" checkov checkov==3.3.30

PATH="$venv/bin:$PATH" exec "$venv/bin/python" "$here/read.py" "$@"
