#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# package.sh [RELEASE...]: the Debian packages in a fresh root of bookworm (Debian 12), trixie (13), or
# both: what git has is built there, looked at by lintian, installed, the module built by DKMS, and removed
# without a trace. As root. A root is some gigabyte of downloads: not part of `make test`.
set -eu
cd "$(dirname -- "$0")/../.." || exit 2
. lab/cache.sh
. lab/archive.sh

packages='build-essential,debhelper,dh-dkms,dkms,libjansson-dev,lintian,linux-headers-amd64'

# make_root RELEASE DIR
make_root() {
	mkdir -p "$archives/$1"
	archive_sources "$1" >"$2.list"
	mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" "$1" "$2" "$2.list"
}

# try RELEASE
try() {
	root=$scratch/$1
	make_root "$1" "$root" || return 1
	mkdir -p "$root/build/lintel"
	git ls-files -z | xargs -0 tar -c | tar -x -C "$root/build/lintel"
	cp tests/package/inside.sh "$root/build/"
	mount -t proc proc "$root/proc"
	status=0
	chroot "$root" /bin/sh /build/inside.sh || status=$?
	umount "$root/proc"
	rm -rf --one-file-system "$root"
	return $status
}

[ "$(id -u)" = 0 ] || fail "package.sh: only root can make a root"
lab/deps.sh mmdebstrap
scratch=$(mktemp -d /var/tmp/lintel-package.XXXXXX)
trap 'rm -rf --one-file-system "$scratch"' EXIT
[ $# -gt 0 ] || set -- bookworm trixie
failed=0
for release in "$@"; do
	if try "$release" >"$scratch/log" 2>&1; then
		grep '^ok\|^W:' "$scratch/log" | sed "s/^/$release: /"
	else
		failed=$((failed + 1))
		cat "$scratch/log"
		echo "not ok - $release"
	fi
done
[ $failed -eq 0 ]
