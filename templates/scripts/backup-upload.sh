# Uploads the dump that the container before it made, and only then removes those in the bucket that are too old.
set -eu
export LC_ALL=C
set -- "$FOLDER/$NAME"-????????T??????Z.dump
dump=${1##*/}
# The client compares what has arrived with what was sent, by size and checksum.
rclone copyto "$1" "dumps:$TO/$dump"
rclone lsf --files-only --include "$NAME-????????T??????Z.dump" "dumps:$TO" >/tmp/all
if ! grep -qxF "$dump" /tmp/all; then
  echo "$dump is not in $TO"
  exit 1
fi
echo "uploaded $TO/$dump: `wc -c <"$1"` bytes"
# Sorted by name, which is by time. The dump just made stays, even where a clock that went back puts it first.
sort /tmp/all >/tmp/sorted
head -n "-$RETAIN" /tmp/sorted >/tmp/old
while read -r old; do
  if [ "$old" != "$dump" ]; then
    rclone deletefile "dumps:$TO/$old"
    echo "removed $TO/$old"
  fi
done </tmp/old
