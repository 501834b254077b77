#!/bin/sh
# What two readers of GitHub's Markdown make of texts, as JSON: cmarkgfm is GitHub's own, in C; markdown-it-py shares
# nothing with it.
#
#   tests/markdown/run.sh FILE...
#
# Status 2: the readers cannot be had.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=$here/../../target/markdown

"$here/../venv.sh" markdown cmarkgfm==2025.10.22 'markdown-it-py[linkify]==4.3.0'

exec "$venv/bin/python" "$here/read.py" "$@"
