#!/bin/sh
# Stands for `sops`, which these tests cannot have: the arguments and streams that kgen uses, and rot13 for a cipher.
# Beside it: `canary`, texts that may stand in no argument and no environment; `leaks`, where one did.
set -eu
here=${0%/*}

for file in /proc/[0-9]*/cmdline /proc/[0-9]*/environ; do
    if [ -e "$here/canary" ] && grep -aqFf "$here/canary" "$file" 2>/dev/null; then
        echo "$file" >>"$here/leaks"
    fi
done
echo "$*" >>"$here/calls"

rot13() { tr 'A-Za-z' 'N-ZA-Mn-za-m'; }

verb=$1
shift
place=
while [ $# -gt 0 ]; do
    case $1 in
    --encrypted-regex | --filename-override | --input-type | --output-type) shift 2 ;;
    --extract)
        place=$2
        shift 2
        ;;
    --*) shift ;;
    *) break ;;
    esac
done
file=$1

case $verb in
encrypt)
    if [ -e "$here/refuse" ]; then
        echo "error loading config: no matching creation rules found" >&2
        exit 1
    fi
    cat "$file"
    printf 'sops:\n  mac: ENC[AES256_GCM,data:x]\n'
    ;;
set)
    key=$(echo "$2" | sed 's/.*\["\([^"]*\)"\]$/\1/')
    value=$(sed 's/^"//; s/"$//')
    if [ -e "$here/refuse" ]; then
        echo "cannot encrypt $value" >&2
        exit 1
    fi
    item="ENC[AES256_GCM,data:$(echo "$value" | rot13),type:str]"
    [ -e "$here/plain" ] && item=$value
    grep -v "^  $key: " "$file" >"$here/new" || true
    grep -q '^data:' "$here/new" || sed -i 's/^sops:/data:\nsops:/' "$here/new"
    sed -i "s|^data:|data:\n  $key: $item|" "$here/new"
    cat "$here/new" >"$file"
    ;;
decrypt)
    key=$(echo "$place" | sed 's/.*\["\([^"]*\)"\]$/\1/')
    sed -n "s/^  $key: ENC\[AES256_GCM,data:\(.*\),type:str\]$/\1/p" "$file" | rot13 | tr -d '\n'
    ;;
esac
