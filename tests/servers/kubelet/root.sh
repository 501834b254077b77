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
mkdir -p usr etc/alternatives proc dev run tmp var/lib/haproxy data docker-entrypoint-initdb.d
chmod 1777 tmp
for link in bin sbin lib lib32 lib64 libx32; do [ ! -e "/usr/$link" ] || ln -s "usr/$link" "$link"; done
ln -s ../run var/run
mount --bind /usr usr
mount -o remount,bind,ro usr
# (A link of `/etc/alternatives` names a file of the machine; the one that it means here is in this root.)
for program in $busybox; do mount --bind /usr/bin/busybox "`readlink -f "/usr/bin/$program" | cut -c 2-`"; done
# Where images have folders that Debian's packages have not.
[ ! -d usr/local/etc ] || mount -t tmpfs -o mode=755 tmpfs usr/local/etc
if [ "$fast" ]; then
  printf '#!/bin/sh\necho sleep "$@" >&2\n' > sleep
  chmod 755 sleep
  mount --bind sleep usr/bin/sleep
fi
mount -t proc proc proc
mkdir dev/shm
for device in null zero full random urandom; do : > "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
ln -s /proc/self/fd dev/fd
cp "$place/passwd" "$place/group" "$place/hosts" "$place/resolv.conf" etc
echo "hosts: files dns" > etc/nsswitch.conf
mount --bind /etc/alternatives etc/alternatives
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
