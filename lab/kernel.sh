#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh [6.1|6.12|DIR|BZIMAGE]: print the directory of a kernel that the lab boots, without an
# argument that of $LAB_KERNEL or else 6.1:
#   6.1, 6.12   the one that Debian's linux-image-amd64 names today, unpacked in the cache
#   DIR         one that somebody else has made (debug-kernel.sh)
#   BZIMAGE     any kernel for x86-64, without modules
# It holds
#   release     what uname -r will say      bzimage     as it was
#   kernel.ram  flat image for loader.S     entry       address of its 64-bit entry
#   mods/       irqbypass.ko kvm.ko kvm-intel.ko msr.ko
# and for Linux guests
#   vmlinux     the ELF file in it: the emulated machine would need minutes to unpack the bzImage
#   guest-mods/ virtio_*.ko, by MMIO and by PCI; what a disk with ext4 and the power button need
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

kernels=$lab_cache/kernel

host_modules='irqbypass kvm kvm-intel msr'
guest_modules='virtio virtio_ring virtio_mmio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci
	virtio_blk virtio_console failover net_failover virtio_net virtio_balloon virtio_mem
	crc16 crc32c_generic mbcache jbd2 ext4 button evdev'

# Module loading in the emulated machine spends most of its time on these two sections.
strip_module() {
	objcopy --remove-section .BTF --remove-section __mcount_loc \
		--remove-section .rela__mcount_loc "$1"
}

# copy_module TREE NAME DIR: nothing where it is built in.
copy_module() {
	! grep -qs "/$2\.ko$" "$1"/lib/modules/*/modules.builtin "$1"/usr/lib/modules/*/modules.builtin ||
		return 0
	module=$(find "$1/lib/modules" "$1/usr/lib/modules" -name "$2.ko*" 2>/dev/null | head -n 1)
	case $module in
	*.ko) cp "$module" "$3/$2.ko" ;;
	*.ko.xz) xz -dc "$module" >"$3/$2.ko" ;;
	*.ko.zst) zstd -dcq "$module" >"$3/$2.ko" ;;
	*) fail "the kernel package has no module $2" ;;
	esac
	strip_module "$3/$2.ko"
}

# lay_out DIR: what follows from DIR/bzimage.
lay_out() {
	"$lab_build/bootimage" unpack "$1/bzimage" "$1/vmlinux" &&
		"$lab_build/bootimage" flatten "$1/vmlinux" "$1/kernel.ram" >"$1/entry"
}

# new_kernel: an empty directory, as tmp.
new_kernel() {
	tmp=$kernels/tmp.$$
	rm -rf "$tmp"
	mkdir -p "$tmp/tree" "$tmp/mods" "$tmp/guest-mods"
}

# fetch RELEASE IMAGE VERSION DIR
fetch() {
	say "fetching $2 $3 (once)..."
	new_kernel
	unpack "$1" "$tmp/tree" "$2=$3" || fail "could not download $2"
	cp "$tmp"/tree/boot/vmlinuz-* "$tmp/bzimage"
	for module_name in $host_modules; do
		copy_module "$tmp/tree" "$module_name" "$tmp/mods"
	done
	for module_name in $guest_modules; do
		copy_module "$tmp/tree" "$module_name" "$tmp/guest-mods"
	done
	rm -r "$tmp/tree"
	lay_out "$tmp" || fail "could not unpack $2"
	echo "${2#linux-image-}" >"$tmp/release"
	rm -rf "$4"
	mv "$tmp" "$4"
}

# update LINE RELEASE
update() {
	! is_current "$link" "$2" || return 0
	image=$(depends "$2" linux-image-amd64 'linux-image-[0-9].*')
	case $image in
	linux-image-"$1".*) ;;
	*) fail "linux-image-amd64 of Debian $2 names no kernel $1 but ${image:-none}" ;;
	esac
	version=$(candidate "$2" "$image")
	dir=$kernels/${image}_${version}_$maker
	[ -e "$dir/release" ] || fetch "$2" "$image" "$version" "$dir"
	set_current "$link" "$dir"
	prune "$kernels"
}

# debian LINE RELEASE
debian() {
	archive "$2" || fail "no list of Debian's kernels $1: the network, or apt's sources"
	maker=$(hash_of "$lab_dir/bootimage.c" "$lab_dir/layout.h" "$0")
	# Hosts that take it from different releases may share the cache.
	link=$kernels/$1-$2_$maker
	is_current "$link" "$2" || {
		build_tools
		locked kernel update "$1" "$2"
	}
	dir=$(readlink -f "$link")
}

# own BZIMAGE: a kernel from a file; by its contents, so that another of that name is another.
own() {
	[ ! -e "$dir/release" ] || return 0
	new_kernel
	cp "$1" "$tmp/bzimage"
	lay_out "$tmp" || fail "$1 is no kernel that the lab can boot"
	"$lab_build/bootimage" release "$tmp/bzimage" >"$tmp/release"
	mv "$tmp" "$dir"
}

mkdir -p "$kernels"
kernel=${1:-${LAB_KERNEL:-6.1}}
case $kernel in
6.1 | 6.12)
	debian "$kernel" "$(kernel_release "$kernel")"
	;;
*)
	if [ -d "$kernel" ]; then
		[ -e "$kernel/kernel.ram" ] || fail "$kernel is no kernel's directory: it has no kernel.ram"
		dir=$kernel
	elif [ -f "$kernel" ]; then
		build_tools
		dir=$kernels/file_$(hash_of "$kernel")
		locked kernel own "$kernel"
	else
		fail "no kernel $kernel: it is 6.1, 6.12, a directory, or a bzImage"
	fi
	;;
esac
touch "$dir"
echo "$dir"
