#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# initramfs.sh KERNEL_DIR FILE: the initial file system of a Linux guest (cpio): Debian's
# BusyBox, init.c, init.sh, and the modules for virtio of a directory of lab/kernel.sh.
set -eu
cd "$(dirname -- "$0")"
root=$2.root
rm -rf "$root"
mkdir -p "$root/bin" "$root/mods" "$root/proc" "$root/sys" "$root/dev" "$root/tmp"
"${CC:-gcc}" -O2 -Wall -Wextra -Werror -static -s -o "$root/init" init.c
cp init.sh "$root/"
cp /bin/busybox "$root/bin/"
for applet in $(busybox --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
cp "$1"/guest-mods/*.ko "$root/mods/"
find "$root" -exec touch -h -d @0 {} +
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc) >"$2"
rm -r "$root"
