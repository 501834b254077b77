#!/bin/sh
# Makes the root of a container and goes there. `$1` holds what `root.rs` wrote.
set -eu
place=$1; shift
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$place/root"
read -r folder < "$place/folder" || :
read -r mode < "$place/mode" || :
read -r busybox < "$place/busybox" || :
read -r fast < "$place/fast" || :
cd "$place/root"
mkdir usr etc proc dev run tmp var data docker-entrypoint-initdb.d
chmod 1777 tmp
for link in bin sbin lib lib32 lib64 libx32; do [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$link"; done
ln -s ../run var/run
mount --bind /usr usr
mount -o remount,bind,ro usr
for program in $busybox; do mount --bind /usr/bin/busybox "usr/bin/$program"; done
if [ "$fast" ]; then
  printf '#!/bin/sh\necho sleep "$@"\n' > sleep
  chmod 755 sleep
  mount --bind sleep usr/bin/sleep
fi
mount -t proc proc proc
mkdir dev/shm
for device in null zero full random urandom; do : > "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
ln -s /proc/self/fd dev/fd
cp "$place/passwd" "$place/group" "$place/hosts" etc
cp "$place/entrypoint" entrypoint
chmod 755 entrypoint
while read -r from to how; do
  mkdir -p "$to"
  mount --bind "$from" "$to"
  [ "$how" = rw ] || mount -o remount,bind,ro "$to"
done < "$place/mounts"
mkdir old
pivot_root . old
cd /
umount -l old
rmdir old
[ "$mode" = rw ] || mount -o remount,ro /
cd "$folder"
umask 022
exec "$@"
