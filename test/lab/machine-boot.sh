#!/bin/sh
# Process 1 of a lab host. Runs in fresh mount, pid, network and uts namespaces; turns the folder $1 into their root, with
# the programs of this machine under /usr, those of $2 (lower directories, colon-separated) before them. $3 is the name.
set -eu
root=$1 software=$2 name=$3
mount --bind "$root" "$root"
if [ "$software" = /usr ]; then
  mount --bind /usr "$root/usr"
  mount -o remount,bind,ro "$root/usr"
else
  mount -t overlay landfall-lab -o "ro,lowerdir=$software" "$root/usr"
fi
mount --bind "$root/.usr-local" "$root/usr/local"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
hostname "$name"
cd "$root"
pivot_root . mnt
cd /
umount -l /mnt
ip link set lo up
: > /run/booted
# Stays as process 1 and collects orphans: a shell that waits does so by itself. It ends by SIGKILL only.
trap '' TERM INT HUP
while :; do sleep 86400 & wait $! || :; done
