#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh NAME: print the directory of a kernel that checks what runs on it: Debian's source with
# tinyconfig, debug-kernel/all.config and
#   locks    (6.12) debug-kernel/locks.config
#   kasan    (6.1)  debug-kernel/kasan.config
# Each is built once, which takes two processors some ten minutes, and kept in the cache. What kernel.sh
# promises of its directory holds for these too (LAB_KERNEL), and build/ is for "make -C DIR M=...".
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

kernels=$lab_cache/debug-kernel
modules='arch/x86/kernel/msr.ko arch/x86/kvm/kvm.ko arch/x86/kvm/kvm-intel.ko virt/lib/irqbypass.ko'

# Kconfig drops an option without a word when what it needs is not there.
all_options_taken() {
	! grep -hx 'CONFIG_.*' "$lab_dir/debug-kernel/all.config" "$lab_dir/debug-kernel/$name.config" |
		grep -vxF -f "$1/.config"
}

# build_kernel SOURCE DIR: configure and compile it in DIR. Only modules that ask for it are to be
# instrumented by KCSAN: what the kernel does with its own data is another story.
build_kernel() {
	make -s -C "$1" O="$2" tinyconfig &&
		(cd "$1" && scripts/kconfig/merge_config.sh -m -O "$2" "$2/.config" \
			"$lab_dir/debug-kernel/all.config" "$lab_dir/debug-kernel/$name.config") &&
		make -s -C "$1" O="$2" olddefconfig &&
		all_options_taken "$2" &&
		make -s -C "$1" O="$2" -j"$(nproc)" KCSAN_SANITIZE=n bzImage modules
}

# get_source DIR: Debian's, unpacked.
get_source() {
	[ ! -e "$1" ] || return 0
	rm -rf "$kernels/${package}"_*
	unpacked=$kernels/source.$$
	unpack "$release" "$unpacked" "$package=$version" || fail "could not download $package"
	tar -C "$unpacked" -xf "$unpacked/usr/src/$package.tar.xz"
	mv "$unpacked/$package" "$1"
	rm -r "$unpacked"
}

make_kernel() {
	[ ! -e "$dir/release" ] || return 0
	say "building the kernel with checks \"$name\" from $package $version (once, some ten minutes)..."
	"$lab_dir/deps.sh" bison flex libelf-dev
	mkdir -p "$kernels"
	# What is half made goes on.
	find "$kernels" -maxdepth 1 -name "${name}_*" ! -path "$dir" -exec rm -rf {} +
	source=$kernels/${package}_$version
	get_source "$source"
	mkdir -p "$dir/mods" "$dir/build"
	build_kernel "$source" "$dir/build" >"$kernels/$name.log" 2>&1 || {
		tail -n 40 "$kernels/$name.log" >&2
		fail "the kernel could not be built"
	}
	for module in $modules; do
		cp "$dir/build/$module" "$dir/mods/"
	done
	cp "$dir/build/arch/x86/boot/bzImage" "$dir/bzimage"
	"$lab_build/bootimage" flatten "$dir/build/vmlinux" "$dir/kernel.ram" >"$dir/entry"
	cp "$dir/build/include/config/kernel.release" "$dir/release"
}

case ${1-} in
locks) line=6.12 ;;
kasan) line=6.1 ;;
*)
	echo "usage: debug-kernel.sh locks|kasan" >&2
	exit 2
	;;
esac
name=$1 package=linux-source-$line
release=$(kernel_release "$line")
archive "$release" || fail "no list of Debian's packages: the network, or apt's sources"
version=$(candidate "$release" "$package")
[ -n "$version" ] || fail "Debian $release has no $package"
dir=$kernels/${name}_${version}_$(hash_of "$lab_dir/debug-kernel/all.config" \
	"$lab_dir/debug-kernel/$name.config" "$lab_dir/bootimage.c")
build_tools
locked "debug-kernel.$name" make_kernel >&2
echo "$dir"
