#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# headers.sh 6.1|6.12|6.1-rt|6.12-rt: print a directory for "make -C DIR M=...", with the headers of the
# very kernel that the lab boots by that name (kernel.sh); -rt: of Debian's other kernel of that version,
# which is configured with PREEMPT_RT. They are unpacked in the cache; nothing is installed.
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

# rt_release DEBIAN: what uname -r says in that Debian's kernel with PREEMPT_RT.
rt_release() {
	archive "$1" || fail "no list of Debian's headers: the network, or apt's sources"
	depends "$1" linux-headers-rt-amd64 'linux-headers-[0-9].*' | sed 's/^linux-headers-//'
}

case ${1-} in
6.1 | 6.12)
	kernel=$("$lab_dir/kernel.sh" "$1")
	release=$(cat "$kernel/release")
	;;
6.1-rt | 6.12-rt)
	release=$(rt_release "$(kernel_release "${1%-rt}")")
	;;
*)
	echo "usage: headers.sh 6.1|6.12|6.1-rt|6.12-rt" >&2
	exit 2
	;;
esac
mkdir -p "$headers"
dir=$headers/$release
[ -e "$dir" ] || locked headers fetch "$(kernel_release "${1%-rt}")" "$release" "$dir"
touch "$dir"
find "$headers" -mindepth 1 -maxdepth 1 -type d -mmin +10080 -exec rm -rf {} +
echo "$dir/usr/src/linux-headers-$release"
