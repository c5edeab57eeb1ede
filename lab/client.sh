#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# client.sh qemu-7.2|qemu-10.0|runsc-2022|runsc-2024: print the directory of a program that uses KVM, as
# Debian 12 and 13 have it, unpacked in the cache; nothing is installed. It holds
#   root/     what belongs into the root of a machine that has nothing but BusyBox: the program, the
#             libraries and the loader that it needs, firmware and option ROMs
#   version   of the package
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

clients=$lab_cache/client

# The firmware and the option ROMs that a PC without a screen may ask for; of the network card's, which
# is as large as all others together, none.
qemu_data='seabios/bios-256k.bin seabios/bios-microvm.bin seabios/vgabios-stdvga.bin
	qemu/bios-256k.bin qemu/bios-microvm.bin qemu/vgabios-stdvga.bin
	qemu/qboot.rom qemu/kvmvapic.bin qemu/pvh.bin
	qemu/linuxboot.bin qemu/linuxboot_dma.bin qemu/multiboot.bin qemu/multiboot_dma.bin'

# loader_of TREE: Debian 12's C library is outside of /usr, Debian 13's in it.
loader_of() {
	find "$1/lib" "$1/usr/lib" -name ld-linux-x86-64.so.2 ! -type l 2>/dev/null | head -n 1
}

# needed TREE PROGRAM: the files of the libraries that it is linked with. Its loader runs on any host.
needed() {
	lib=lib/x86_64-linux-gnu
	"$(loader_of "$1")" --library-path "$1/$lib:$1/usr/$lib" --list "$2" >"$1/list" || return 1
	! grep 'not found' "$1/list" >&2 || return 1
	sed -n 's/.* => \(.*\) (0x.*/\1/p' "$1/list"
}

# add_program TREE ROOT FILE: it, and what it is linked with, into ROOT.
add_program() {
	mkdir -p "$2/$(dirname "$3")" "$2/lib" "$2/lib64"
	cp "$1/$3" "$2/$3"
	needed "$1" "$1/$3" >"$1/needed" || return 1
	while read -r library; do
		cp "$library" "$2/lib/" || return 1
	done <"$1/needed"
	cp "$(loader_of "$1")" "$2/lib64/ld-linux-x86-64.so.2"
}

add_data() {
	for name in $qemu_data; do
		[ -e "$1/usr/share/$name" ] || continue
		mkdir -p "$2/usr/share/$(dirname "$name")"
		cp -L "$1/usr/share/$name" "$2/usr/share/$name" || return 1
	done
}

qemu() {
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$1/tree" qemu-system-x86 qemu-system-data qemu-utils seabios \
		$(libraries "$release" qemu-system-x86 qemu-utils) &&
		add_program "$1/tree" "$1/root" usr/bin/qemu-system-x86_64 &&
		add_program "$1/tree" "$1/root" usr/bin/qemu-img &&
		add_data "$1/tree" "$1/root"
}

# A static program.
runsc() {
	unpack "$release" "$1/tree" runsc || return 1
	mkdir -p "$1/root/usr/bin"
	cp "$1/tree/usr/bin/runsc" "$1/root/usr/bin/"
}

# update NAME
update() {
	! is_current "$link" "$release" || return 0
	version=$(candidate "$release" "$package")
	dir=$clients/${name}_$(echo "$version" | tr : _)_$maker
	[ -e "$dir/version" ] || make_client "$dir"
	set_current "$link" "$dir"
	prune "$clients"
}

make_client() {
	tmp=$clients/tmp.$$
	say "fetching $package $version (once)..."
	rm -rf "$tmp"
	mkdir -p "$tmp/tree" "$tmp/root"
	"${name%-*}" "$tmp" || fail "no $package of Debian $release: its words are above"
	rm -r "$tmp/tree"
	echo "$version" >"$tmp/version"
	rm -rf "$1"
	mv "$tmp" "$1"
}

name=${1-}
case $name in
qemu-7.2) release=bookworm package=qemu-system-x86 ;;
qemu-10.0) release=trixie package=qemu-system-x86 ;;
runsc-2022) release=bookworm package=runsc ;;
runsc-2024) release=trixie package=runsc ;;
*)
	echo "usage: client.sh qemu-7.2|qemu-10.0|runsc-2022|runsc-2024" >&2
	exit 2
	;;
esac
mkdir -p "$clients"
archive "$release" || fail "no list of Debian's packages: the network, or apt's sources"
maker=$(hash_of "$0")
link=$clients/${name}_$maker
is_current "$link" "$release" || locked client update
dir=$(readlink -f "$link")
touch "$dir"
echo "$dir"
