#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# headers.sh 6.1|6.12: print a directory for "make -C DIR M=...", with the headers of the very kernel
# that the lab boots by that name (kernel.sh). They are unpacked in the cache; nothing is installed.
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

headers=$lab_cache/headers

# The packages are made to lie in /usr/src: their makefile includes the common one from there.
# vmlinux is of use for BTF only, whose tools are not there.
relocate() {
	src=$1/usr/src/linux-headers-$2
	sed -i "s#/usr/src/#$3/usr/src/#" "$src/Makefile"
	rm -f "$src/vmlinux"
}

# fetch ARCHIVE RELEASE DIR
fetch() {
	[ ! -e "$3" ] || return 0
	say "fetching the headers of $2 (once)..."
	tmp=$headers/tmp.$$
	rm -rf "$tmp"
	parts=$(depends "$1" "linux-headers-$2" 'linux-headers-.*-common.*\|linux-kbuild-.*')
	[ -n "$parts" ] || fail "Debian $1 has no linux-headers-$2"
	# shellcheck disable=SC2086 # names of packages hold no spaces
	unpack "$1" "$tmp" "linux-headers-$2" $parts || fail "could not download the headers of $2"
	relocate "$tmp" "$2" "$3"
	mv "$tmp" "$3"
}

case ${1-} in
6.1 | 6.12) ;;
*)
	echo "usage: headers.sh 6.1|6.12" >&2
	exit 2
	;;
esac
kernel=$("$lab_dir/kernel.sh" "$1")
release=$(cat "$kernel/release")
mkdir -p "$headers"
dir=$headers/$release
[ -e "$dir" ] || locked headers fetch "$(kernel_release "$1")" "$release" "$dir"
touch "$dir"
find "$headers" -mindepth 1 -maxdepth 1 -type d -mmin +10080 -exec rm -rf {} +
echo "$dir/usr/src/linux-headers-$release"
