#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# disk.sh 12|13: print the name of a disk image with a small Debian of that release, for guests: ext4 without
# partitions, systemd, a login on ttyS0 for root, password "root". Its packages are unpacked, and what their
# scripts would do is done here as far as a boot needs it; nothing is installed.
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

disks=$lab_cache/disk

# What nobody reads in it: it is as large as all the rest.
left_out='usr/share/doc usr/share/man usr/share/locale usr/share/i18n usr/share/zoneinfo usr/share/info
	usr/lib/udev/hwdb.d lib/udev/hwdb.d usr/share/bash-completion usr/share/perl usr/lib/x86_64-linux-gnu/gconv'

# packages: what apt would install.
packages() {
	in_archive "$release" apt-get -qs --no-install-recommends install '?essential' systemd-sysv udev |
		sed -n 's/^Inst \([^ ]*\) .*/\1/p'
}

# configure ROOT: users, passwords, names of things.
configure() {
	cp "$1/usr/share/base-passwd/passwd.master" "$1/etc/passwd"
	cp "$1/usr/share/base-passwd/group.master" "$1/etc/group"
	sed -i 's/^root:[^:]*/root:x/' "$1/etc/passwd"
	echo "root:$(openssl passwd -6 -salt lintel root):19000:0:99999:7:::" >"$1/etc/shadow"
	chmod 600 "$1/etc/shadow"
	for kind in auth account session password; do
		echo "$kind required pam_unix.so" >"$1/etc/pam.d/common-$kind"
	done
	echo '/dev/vda / ext4 errors=remount-ro 0 0' >"$1/etc/fstab"
	echo debian >"$1/etc/hostname"
	echo 00000000000000000000000000000001 >"$1/etc/machine-id"
	[ -e "$1/bin/sh" ] || ln -s dash "$1/bin/sh"
}

make_disk() {
	! is_current "$1" "$release" || return 0
	"$lab_dir/deps.sh" e2fsprogs openssl
	say "making a disk with Debian $release (once)..."
	tmp=$disks/tmp.$$
	rm -rf "$tmp"
	mkdir -p "$tmp/root"
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$tmp/root" $(packages) || fail "no packages of Debian $release: apt's words are above"
	for name in $left_out; do
		rm -rf "${tmp:?}/root/$name"
	done
	configure "$tmp/root"
	mke2fs -q -t ext4 -E root_owner=0:0 -d "$tmp/root" "$tmp/disk" \
		$(($(du -sm "$tmp/root" | cut -f1) * 5 / 4 + 16))M >&2 || fail "no file system"
	rm -rf "$tmp/root"
	set_current "$1" "$disks/$(hash_of "$tmp/disk")"
	rm -rf "$(readlink "$1")"
	mv "$tmp" "$(readlink "$1")"
}

release=$(release_of "${1-}")
[ -n "$release" ] || {
	echo "usage: disk.sh 12|13" >&2
	exit 2
}
mkdir -p "$disks"
archive "$release" || fail "no list of Debian's packages: the network, or apt's sources"
link=$disks/debian-$1_$(hash_of "$0")
is_current "$link" "$release" || locked disk make_disk "$link"
echo "$link/disk"
