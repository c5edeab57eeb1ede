#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# guest-kernel.sh: print the directory of the kernel for guests: the one that the lab boots, with
#   bzimage    as Debian ships it
#   vmlinux    its payload, an ELF file: the emulated machine would need minutes to unpack that
#   vmlinux.lzo  the same, packed so that it is soon unpacked there
#   mods/      what a guest needs for virtio
set -eu
. "$(dirname -- "$0")/cache.sh"

modules='virtio virtio_ring virtio_mmio virtio_blk virtio_console'

# number OFFSET BYTES: a little-endian number of the kernel's setup header.
number() {
	od -An -tu"$2" -j"$1" -N"$2" "$kernel/bzimage" | tr -d ' '
}

# payload LESS: the payload, by the fields of the boot protocol, without its last bytes: the size of
# what is packed, which follows what xz and zstd know.
payload() {
	skip=$((($(number 497 1) + 1) * 512 + $(number 584 4)))
	tail -c +$((skip + 1)) "$kernel/bzimage" | head -c $(($(number 588 4) - $1))
}

unpack_payload() {
	case $(payload 0 | head -c 4 | od -An -tx1 | tr -d ' ') in
	fd377a58) payload 4 | xz -dcq ;;
	28b52ffd) payload 4 | zstd -dcq ;;
	1f8b*) payload 0 | gzip -dcq ;;
	*) fail "the kernel's payload is neither xz, zstd nor gzip" ;;
	esac
}

# copy_module NAME: as lab/kernel.sh, without what module loading spends most of its time on.
copy_module() {
	module=$(find "$tmp/tree" -name "$1.ko*" | head -n 1)
	case $module in
	*.ko) cp "$module" "$tmp/mods/$1.ko" ;;
	*.ko.xz) xz -dc "$module" >"$tmp/mods/$1.ko" ;;
	*.ko.zst) zstd -dcq "$module" >"$tmp/mods/$1.ko" ;;
	*) fail "the kernel package has no module $1" ;;
	esac
	objcopy --remove-section .BTF --remove-section __mcount_loc \
		--remove-section .rela__mcount_loc "$tmp/mods/$1.ko"
}

make_guest() {
	[ ! -e "$guest/vmlinux" ] || return 0
	image=linux-image-$(cat "$kernel/release")
	tmp=$guests/tmp.$$
	say "unpacking $image for guests (once)..."
	rm -rf "$tmp"
	mkdir -p "$tmp/mods"
	unpack "$tmp/tree" "$image" || fail "could not download $image"
	for module_name in $modules; do
		copy_module "$module_name"
	done
	rm -r "$tmp/tree"
	cp "$kernel/bzimage" "$tmp/bzimage"
	unpack_payload >"$tmp/vmlinux"
	[ -s "$tmp/vmlinux" ] || fail "could not unpack the kernel"
	busybox lzop -c "$tmp/vmlinux" >"$tmp/vmlinux.lzo"
	rm -rf "$guest"
	mv "$tmp" "$guest"
}

kernel=$("$lab_dir/kernel.sh")
guests=$lab_cache/guest-kernel
guest=$guests/$(basename "$kernel")-$(hash_of "$0")
mkdir -p "$guests"
[ -e "$guest/vmlinux" ] || locked guest-kernel make_guest
find "$guests" -mindepth 1 -maxdepth 1 -type d ! -path "$guest" -mmin +60 -exec rm -rf {} +
touch "$guest"
echo "$guest"
