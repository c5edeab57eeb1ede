#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh: print the directory of a kernel that checks locks (lockdep), sleeping in atomic
# context, RCU and lists while it runs: Debian's linux-source-6.1 with debug-kernel.config.  It is
# built once, which takes a processor half an hour, and kept in the cache.  What kernel.sh promises
# of its directory holds for this one too (LAB_KERNEL), and source/ is for "make -C DIR M=...".
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

package=linux-source-6.1
kernels=$lab_cache/debug-kernel
modules='arch/x86/kernel/msr.ko arch/x86/kvm/kvm.ko arch/x86/kvm/kvm-intel.ko virt/lib/irqbypass.ko'

# Kconfig drops an option without a word when what it needs is not there.
all_options_taken() {
	! grep -x 'CONFIG_.*' "$lab_dir/debug-kernel.config" | grep -vxF -f .config
}

# build_kernel DIR: configure and compile the source in DIR.
build_kernel() (
	cd "$1" &&
		make -s tinyconfig &&
		scripts/kconfig/merge_config.sh -m .config "$lab_dir/debug-kernel.config" &&
		make -s olddefconfig &&
		all_options_taken &&
		make -s -j"$(nproc)" bzImage modules
)

make_kernel() {
	dir=$1 version=$2
	[ ! -e "$dir/release" ] || return 0
	tmp=$kernels/tmp.$$
	rm -rf "$kernels"
	mkdir -p "$tmp/mods"
	say "building a kernel with checks from $package $version (once, about half an hour)..."
	"$lab_dir/deps.sh" bison flex libelf-dev
	unpack bookworm "$tmp" "$package=$version" || fail "could not download $package"
	tar -C "$tmp" -xf "$tmp/usr/src/$package.tar.xz"
	rm -r "${tmp:?}/usr"
	mv "$tmp/$package" "$tmp/source"
	build_kernel "$tmp/source" >"$kernels/log" 2>&1 || {
		tail -n 40 "$kernels/log" >&2
		fail "the kernel could not be built"
	}
	for module in $modules; do
		cp "$tmp/source/$module" "$tmp/mods/"
	done
	cp "$tmp/source/arch/x86/boot/bzImage" "$tmp/bzimage"
	"$lab_build/bootimage" flatten "$tmp/source/vmlinux" "$tmp/kernel.ram" >"$tmp/entry"
	cp "$tmp/source/include/config/kernel.release" "$tmp/release"
	mv "$tmp" "$dir"
}

archive bookworm || fail "no list of Debian's packages: the network, or apt's sources"
version=$(candidate bookworm "$package")
[ -n "$version" ] || fail "Debian bookworm has no $package"
dir=$kernels/${version}_$(hash_of "$lab_dir/debug-kernel.config" "$lab_dir/bootimage.c" "$0")
build_tools
locked debug-kernel make_kernel "$dir" "$version" >&2
echo "$dir"
