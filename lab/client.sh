#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# client.sh qemu-7.2|qemu-10.0|perf-6.1|gdb-13|bash-5.2|python-3.11|runsc-2022|runsc-2024|kvm_stat-6.1|
# selftests-6.1|selftests-6.12: print the directory of a program that uses KVM (or one that is used with it),
# as Debian 12 and 13 have it, unpacked in the cache, or of what the kernel's source has for KVM: its own tests,
# built from Debian's source, and kvm_stat; nothing is installed. It holds
#   root/     what belongs into the root of a machine that has nothing but BusyBox: the program, the
#             libraries and the loader that it needs, firmware and option ROMs
#   version   of the package
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

clients=$lab_cache/client

# The firmware and the option ROMs that a PC without a screen may ask for; of the network card's, which
# is as large as all others but OVMF together, none.
qemu_data='seabios/bios-256k.bin seabios/bios-microvm.bin seabios/vgabios-stdvga.bin
	qemu/bios-256k.bin qemu/bios-microvm.bin qemu/vgabios-stdvga.bin
	qemu/qboot.rom qemu/kvmvapic.bin qemu/pvh.bin
	qemu/linuxboot.bin qemu/linuxboot_dma.bin qemu/multiboot.bin qemu/multiboot_dma.bin
	OVMF/OVMF_CODE_4M.fd OVMF/OVMF_VARS_4M.fd'

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
	unpack "$release" "$1/tree" qemu-system-x86 qemu-system-data qemu-utils seabios ovmf \
		$(libraries "$release" qemu-system-x86 qemu-utils) &&
		add_program "$1/tree" "$1/root" usr/bin/qemu-system-x86_64 &&
		add_program "$1/tree" "$1/root" usr/bin/qemu-img &&
		add_data "$1/tree" "$1/root"
}

perf() {
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$1/tree" linux-perf $(libraries "$release" linux-perf) &&
		add_program "$1/tree" "$1/root" usr/bin/perf
}

# A static program.
runsc() {
	unpack "$release" "$1/tree" runsc || return 1
	mkdir -p "$1/root/usr/bin"
	cp "$1/tree/usr/bin/runsc" "$1/root/usr/bin/"
}

# With the one program that scripts for it ask for and BusyBox has otherwise.
bash() {
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$1/tree" bash coreutils $(libraries "$release" bash coreutils) &&
		add_program "$1/tree" "$1/root" bin/bash &&
		add_program "$1/tree" "$1/root" usr/bin/timeout &&
		mv "$1/root/bin/bash" "$1/root/usr/bin/" && rmdir "$1/root/bin"
}

# What kvm_stat imports, and shutil, which argparse imports late.
python_modules='__future__, argparse, ctypes, curses, datetime, fcntl, functools, locale, resource, shutil, signal, struct, subprocess'

# Of its library, which is large, those modules and what they import, with what it compiled them to.
python() {
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$1/tree" "$package" zlib1g $(libraries "$release" "$package" libpython3.11-stdlib) &&
		add_program "$1/tree" "$1/root" usr/bin/python3.11 || return 1
	ln -s python3.11 "$1/root/usr/bin/python3"
	lib=lib/x86_64-linux-gnu
	rm -f "$1/tree/usr/lib/python3.11/sitecustomize.py"
	PYTHONDONTWRITEBYTECODE='' PYTHONHOME=$1/tree/usr LC_ALL=C "$(loader_of "$1/tree")" --library-path "$1/tree/$lib:$1/tree/usr/$lib" \
		"$1/tree/usr/bin/python3.11" - "$1/tree" >"$1/tree/modules" <<-END || return 1
		import os, sys, $python_modules
		for module in list(sys.modules.values()):
		    for name in "__file__", "__cached__":
		        file = getattr(module, name, None)
		        if file and os.path.exists(file):
		            print(os.path.relpath(file, sys.argv[1]))
	END
	sort -u "$1/tree/modules" >"$1/tree/files"
	tar -C "$1/tree" -c -T "$1/tree/files" | tar -C "$1/root" -x || return 1
	for module in $(sed -n '/\.so$/p' "$1/tree/files"); do
		add_program "$1/tree" "$1/root" "$module" || return 1
	done
}

# Without Python, which is ten times as large as the rest.
gdb() {
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$release" "$1/tree" "$package" $(libraries "$release" "$package") &&
		add_program "$1/tree" "$1/root" usr/bin/gdb
}

# The tests, with the libraries of this host, which they are built on. None asks for large files, other
# architectures or drivers of the source, which are most of it.
selftests() {
	unpack "$release" "$1/tree" "$package" || return 1
	source=$1/tree/$package
	tar -C "$1/tree" -xf "$1/tree/usr/src/$package.tar.xz" --exclude='*/drivers' --exclude='*/sound' \
		--exclude='*/fs' --exclude='*/net' --exclude='*/Documentation' --exclude='*/arch/[b-wyz]*' &&
		build_selftests "$1/root/selftests" >"$clients/$name.log" 2>&1 || {
		tail -n 40 "$clients/$name.log" >&2
		return 1
	}
	mkdir -p "$1/root/lib" "$1/root/lib64"
	find "$1/root/selftests" -type f -exec ldd {} + | sed -n 's/.* => \(.*\) (0x.*/\1/p' | sort -u |
		xargs cp -t "$1/root/lib"
	# pthread_cancel() loads it when it is called.
	cp -L "$(gcc -print-file-name=libgcc_s.so.1)" "$1/root/lib/"
	cp "$(ldd "$1/root/selftests/steal_time" | sed -n 's/^[[:space:]]*\(.*ld-linux[^ ]*\) (0x.*/\1/p')" \
		"$1/root/lib64/"
}

# build_selftests DIR: all that can be built, into DIR. What this compiler and these headers ask for beside
# what the source has: a name that 6.1's dirty_log_test takes from a later kernel, and of its guest's memory
# an amount that the emulated machine has.
build_selftests() {
	"$lab_dir/deps.sh" rsync
	sed -i 's/^#define DIRTY_MEM_BITS .*/#define DIRTY_MEM_BITS 25/' "$source"/tools/testing/selftests/kvm/dirty_log_test.c
	flags='-include linux/stddef.h'
	grep -qrw 'define TEST_ASSERT_EQ' "$source/tools/testing/selftests/kvm/include" ||
		flags="$flags -DTEST_ASSERT_EQ=ASSERT_EQ"
	mkdir -p "$1"
	make -s -C "$source" headers &&
		CFLAGS=$flags make -k -j"$(nproc)" -C "$source/tools/testing/selftests/kvm" OUTPUT="$1" \
			KHDR_INCLUDES="-isystem ../../../../usr/include" \
			LDFLAGS='-pthread -no-pie -Wl,--defsym=__rb_change_child_rcu=0'
	find "$1" -type f ! -perm -100 -delete
	find "$1" -type f -exec strip {} +
	[ -x "$1/steal_time" ]
}

kvm_stat() {
	unpack "$release" "$1/tree" "$package" || return 1
	mkdir -p "$1/root/usr/bin"
	tar -C "$1/tree" -xf "$1/tree/usr/src/$package.tar.xz" "$package/tools/kvm/kvm_stat/kvm_stat" &&
		cp "$1/tree/$package/tools/kvm/kvm_stat/kvm_stat" "$1/root/usr/bin/"
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
perf-6.1) release=bookworm package=linux-perf ;;
runsc-2022) release=bookworm package=runsc ;;
runsc-2024) release=trixie package=runsc ;;
gdb-13) release=bookworm package=gdb-minimal ;;
bash-5.2) release=bookworm package=bash ;;
python-3.11) release=bookworm package=python3.11-minimal ;;
selftests-6.1 | selftests-6.12 | kvm_stat-6.1)
	package=linux-source-${name#*-}
	release=$(kernel_release "${name#*-}")
	;;
*)
	echo "usage: client.sh qemu-7.2|qemu-10.0|perf-6.1|gdb-13|bash-5.2|python-3.11|runsc-2022|runsc-2024|kvm_stat-6.1|selftests-6.1|selftests-6.12" >&2
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
