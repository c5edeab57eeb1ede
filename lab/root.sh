#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# root.sh 12|13: print a tar file with a minimal root of that Debian, as somebody has it who starts
# with this project: git and make are there, and apt's sources of an ordinary installation, which has
# not read them yet. Made by debootstrap, as root, and kept in the cache.
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

roots=$lab_cache/root
packages=git,make,ca-certificates,sudo

# mirror: where the release itself comes from, and not its updates.
mirror() {
	awk -v release="$release" '$(NF - 1) == release { print $(NF - 2); exit }' \
		"$archives/$release/sources.list"
}

# bootstrap DIR: debootstrap mounts things and leaves them mounted when it is killed; and it does
# not know apt's proxy.
bootstrap() {
	eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
	export http_proxy="${http_proxy-}" https_proxy="${https_proxy-}"
	unshare --mount --pid --fork --kill-child debootstrap --variant=minbase --include="$packages" \
		"$release" "$1" "$(mirror)"
}

# The sources name the keyring of this host, which may have another name there.
finish_root() {
	sed 's/ \[[^]]*\]//' "$archives/$release/sources.list" >"$1/etc/apt/sources.list"
	rm -rf "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*
}

make_root() {
	! is_current "$1" "$release" || return 0
	"$lab_dir/deps.sh" debootstrap || fail "debootstrap can't be had"
	say "making a minimal root of Debian $release (once, 2 minutes)..."
	tmp=$roots/tmp.$$
	trap 'rm -rf --one-file-system "$tmp"' EXIT
	trap 'exit 143' TERM
	trap 'exit 130' INT
	mkdir "$tmp"
	bootstrap "$tmp/root" >"$roots/log" 2>&1 || {
		tail -n 20 "$roots/log" >&2
		fail "debootstrap failed"
	}
	finish_root "$tmp/root"
	rm -rf "$1"
	mkdir "$1"
	tar -C "$tmp/root" --numeric-owner -cf "$1/root.tar" .
}

release=$(release_of "${1-}")
[ -n "$release" ] || {
	echo "usage: root.sh 12|13" >&2
	exit 2
}
[ "$(id -u)" = 0 ] || fail "only root can make the root of a Debian"
archive "$release" || fail "no list of Debian's packages: the network, or apt's sources"
mkdir -p "$roots"
dir=$roots/debian-$1
is_current "$dir" "$release" || locked root make_root "$dir"
echo "$dir/root.tar"
