# Dumps the database, reads the whole dump back, and only then gives it its name and removes those that are too old.
# Whatever goes wrong ends it before that: earlier dumps are not touched for one that is not there.
set -eu
umask 077
partial=$FOLDER/$NAME.partial
# What a run that was killed has left would fill the volume.
rm -f "$partial"
trap 'rm -f "$partial"' EXIT
pg_dump --format=custom --file="$partial"
# Not `--list`: it reads the table of contents only, and passes a dump that was cut off.
pg_restore --file=/dev/null "$partial"
while
  dump=$FOLDER/$NAME-`date -u +%Y%m%dT%H%M%SZ`.dump
  [ -e "$dump" ]
do
  sleep 1
done
mv "$partial" "$dump"
sync
echo "wrote $dump: `wc -c <"$dump"` bytes"
# Sorted by name, which is by time. The dump just made stays, even where a clock that went back puts it first.
set -- "$FOLDER/$NAME"-????????T??????Z.dump
while [ $# -gt "$RETAIN" ]; do
  if [ "$1" != "$dump" ]; then
    rm -f "$1"
    echo "removed $1"
  fi
  shift
done
