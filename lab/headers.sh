#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# headers.sh 6.1|6.12: print a directory for "make -C DIR M=...", with the headers of
#   6.1    the very kernel that the lab boots (kernel.sh)
#   6.12   the kernel of Debian's backports, to build against, not to boot
# They are unpacked in the cache; nothing is installed.
set -eu
. "$(dirname -- "$0")/cache.sh"

headers=$lab_cache/headers
backports=$lab_cache/backports

# The packages are made to lie in /usr/src: their makefile includes the common one from there.
# vmlinux is of use for BTF only, whose tools are not there.
relocate() {
	src=$1/usr/src/linux-headers-$2
	sed -i "s#/usr/src/#$3/usr/src/#" "$src/Makefile"
	rm -f "$src/vmlinux"
}

# fetch RELEASE [APT-OPTION...]
fetch() {
	release=$1
	shift
	dir=$headers/$release
	[ ! -e "$dir" ] || return 0
	say "fetching the headers of $release (once)..."
	tmp=$headers/tmp.$$
	parts=$(depends "linux-headers-$release" 'linux-headers-.*-common\|linux-kbuild-.*' "$@")
	[ -n "$parts" ] || fail "apt knows no linux-headers-$release"
	# shellcheck disable=SC2086 # names of packages hold no spaces
	unpack "$tmp" "linux-headers-$release" $parts -- "$@" ||
		fail "could not download the headers of $release"
	relocate "$tmp" "$release" "$dir"
	mv "$tmp" "$dir"
}

# The machine's own source of Debian packages, with the suite of the backports in place of its own.
backports_source() {
	if [ -e /etc/apt/sources.list.d/debian.sources ]; then
		awk 'BEGIN { RS = ""; ORS = "\n\n" } !/-security/' /etc/apt/sources.list.d/debian.sources |
			sed -e '/^#/d' -e 's/^Suites:.*/Suites: bookworm-backports/' \
				>"$backports/backports.sources"
		source_list=$backports/backports.sources
	else
		cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
			sed -n 's/^\(deb .*\) bookworm \(.*\)/\1 bookworm-backports \2/p' |
			head -n 1 >"$backports/backports.list"
		source_list=$backports/backports.list
	fi
	[ -s "$source_list" ] || fail "found no Debian source among apt's own"
}

fetch_backport() {
	[ -z "$(newest_backport)" ] || return 0
	mkdir -p "$backports/lists/partial" "$backports/cache/archives/partial"
	backports_source
	set -- -o "Dir::Etc::sourcelist=$source_list" -o Dir::Etc::sourceparts=/dev/null \
		-o "Dir::State::lists=$backports/lists" -o "Dir::Cache=$backports/cache"
	apt-get -qq "$@" update >"$backports/log" 2>&1 || {
		cat "$backports/log" >&2
		fail "could not read the backports' list of packages"
	}
	package=$(apt-cache "$@" pkgnames linux-headers-6.12. |
		grep -x 'linux-headers-6\.12\.[0-9]*+deb12-amd64' | sort -V | tail -n 1)
	[ -n "$package" ] || fail "the backports have no headers of 6.12"
	fetch "${package#linux-headers-}" "$@"
}

newest_backport() {
	find "$headers" -maxdepth 1 -name '6.12.*' | sort -V | tail -n 1
}

print_kdir() {
	echo "$headers/$1/usr/src/linux-headers-$1"
}

mkdir -p "$headers"
case ${1-} in
6.1)
	release=$(cat "$("$lab_dir/kernel.sh")/release")
	locked headers fetch "$release"
	print_kdir "$release"
	;;
6.12)
	locked headers fetch_backport
	print_kdir "$(basename "$(newest_backport)")"
	;;
*)
	echo "usage: headers.sh 6.1|6.12" >&2
	exit 2
	;;
esac
