#!/bin/sh
# What checkov's checks for Kubernetes say of YAML files, a line a finding: FILE CHECK KIND NAME.
#
#   tests/checkov/run.sh FILE...
#
# Status 2: checkov cannot be had.
set -eu

package=checkov==3.3.30
here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$here/../.." && pwd)/target/checkov

if ! "$venv/bin/python" -c 'import checkov' 2>/dev/null; then
    mkdir -p "$(dirname "$venv")"
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check "$package"; } >&2; then
        echo "error: $package cannot be installed into $venv; nothing was checked" >&2
        exit 2
    fi
fi

PATH="$venv/bin:$PATH" exec "$venv/bin/python" "$here/read.py" "$@"
