#!/bin/sh
# What two readers of GitHub's Markdown make of texts, as JSON: cmarkgfm is GitHub's own, in C; markdown-it-py shares
# nothing with it.
#
#   tests/markdown/run.sh FILE...
#
# Status 2: the readers cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$(cd "$here/../.." && pwd)/target/markdown

if ! "$venv/bin/python" -c 'import cmarkgfm, markdown_it' 2>/dev/null; then
    mkdir -p "$(dirname "$venv")"
    if ! { python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check cmarkgfm==2025.10.22 'markdown-it-py[linkify]==4.3.0'; } >&2; then
        echo "error: cmarkgfm and markdown-it-py cannot be installed into $venv" >&2
        exit 2
    fi
fi

exec "$venv/bin/python" "$here/read.py" "$@"
