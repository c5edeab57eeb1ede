#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh: print the directory of the kernel that the lab boots: the one that
# linux-image-amd64 names today, unpacked in the cache. It holds
#   release     what uname -r will say      bzimage     as Debian ships it
#   kernel.ram  flat image for loader.S     entry       address of its 64-bit entry
#   mods/       irqbypass.ko kvm.ko kvm-intel.ko msr.ko
set -eu
. "$(dirname -- "$0")/cache.sh"

kernels=$lab_cache/kernel
current=$kernels/current

# Asking apt takes half a second: ask again only when its lists have changed.
is_fresh() {
	[ -e "$current/release" ] && [ -e "$kernels/checked" ] &&
		[ -z "$(find /var/lib/apt/lists -maxdepth 0 -newer "$kernels/checked")" ]
}

# Module loading in the emulated machine spends most of its time on these two sections.
strip_module() {
	objcopy --remove-section .BTF --remove-section __mcount_loc \
		--remove-section .rela__mcount_loc "$1"
}

# copy_module TREE NAME DIR
copy_module() {
	module=$(find "$1/lib/modules" "$1/usr/lib/modules" -name "$2.ko*" 2>/dev/null | head -n 1)
	case $module in
	*.ko) cp "$module" "$3/$2.ko" ;;
	*.ko.xz) xz -dc "$module" >"$3/$2.ko" ;;
	*.ko.zst) zstd -dcq "$module" >"$3/$2.ko" ;;
	*) fail "the kernel package has no module $2" ;;
	esac
	strip_module "$3/$2.ko"
}

fetch() {
	tmp=$kernels/tmp.$$
	say "fetching $image $version (once)..."
	rm -rf "$tmp"
	mkdir -p "$tmp/tree" "$tmp/mods"
	unpack "$tmp/tree" "$image=$version" || {
		refresh_lists
		unpack "$tmp/tree" "$image=$version"
	} || fail "could not download $image"
	cp "$tmp"/tree/boot/vmlinuz-* "$tmp/bzimage"
	for module in irqbypass kvm kvm-intel msr; do
		copy_module "$tmp/tree" "$module" "$tmp/mods"
	done
	rm -r "$tmp/tree"
	"$lab_build/bootimage" flatten "$tmp/bzimage" "$tmp/kernel.ram" >"$tmp/entry"
	echo "${image#linux-image-}" >"$tmp/release"
	rm -rf "$1"
	mv "$tmp" "$1"
}

refresh_lists() {
	"$lab_dir/deps.sh" --update
}

# prune: a kernel that Debian no longer names goes, unless a run used it within the hour.
prune() {
	find "$kernels" -mindepth 1 -maxdepth 1 -type d ! -path "$1" -mmin +60 -exec rm -rf {} +
}

update() {
	! is_fresh || return 0
	image=$(depends linux-image-amd64 'linux-image-[0-9].*')
	if [ -z "$image" ]; then
		refresh_lists
		image=$(depends linux-image-amd64 'linux-image-[0-9].*')
	fi
	[ -n "$image" ] || fail "apt knows no linux-image-amd64"
	version=$(candidate "$image")
	dir=$kernels/${image}_${version}_$(hash_of "$lab_dir/bootimage.c" "$lab_dir/layout.h" "$0")
	[ -e "$dir/release" ] || fetch "$dir"
	ln -sfn "$dir" "$current"
	touch "$kernels/checked"
	prune "$dir"
}

# Another kernel, whose directory somebody else has made (debug-kernel.sh).
if [ -n "${LAB_KERNEL-}" ]; then
	echo "$LAB_KERNEL"
	exit
fi
mkdir -p "$kernels"
is_fresh || {
	build_tools
	locked kernel update
}
dir=$(readlink -f "$current")
touch "$dir"
echo "$dir"
