#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# host.sh [--cache] [--user] 12|13 [COMMAND...]: does the last commit of this tree work on a fresh
# Debian of that release? A new minimal root (lab/root.sh), a clone of the tree in it, and there, one
# after the other, the COMMANDs, each for a shell: "make run" and "make test" when none is named. For
# root; no part of `make test', as it takes what a fresh computer takes: all is downloaded.
#
#   --cache   with the lab's cache of this computer, so that little is downloaded
#   --user    as an ordinary user who may use sudo, with a tree and a cache in a home of his own
#
# A line for each command, with its seconds, and the end of the output of what failed; all of it is
# in build/host. Nothing stays mounted, and nothing is left over but the root's tar file.
set -eu
cd "$(dirname -- "$0")/.."

usage() {
	echo "usage: tests/host.sh [--cache] [--user] 12|13 [COMMAND...]" >&2
	exit 2
}

fail() {
	echo "host: $*" >&2
	exit 2
}

# outside ARGUMENT...: the directory; and name spaces, so that all mounts and processes end with this.
outside() {
	[ "$(id -u)" = 0 ] || fail "only root can make a root of Debian $debian and go there"
	command -v unshare >/dev/null || fail "no unshare, to mount things for a while: install util-linux"
	tar=$(lab/root.sh "$debian")
	work=$(mktemp -d "${TMPDIR:-/var/tmp}/lintel-host.XXXXXX")
	child=
	trap 'stop' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	unshare --mount --pid --fork --kill-child "tests/${0##*/}" --inside "$work" "$tar" "$@" </dev/null &
	child=$!
	status=0
	wait "$child" || status=$?
	child=
	exit $status
}

# Here the mounts of the inside are not seen: only the copy of the root goes.  unshare leaves SIGTERM to
# what it runs.
stop() {
	[ -z "$child" ] || kill -KILL "$child" 2>/dev/null || true
	[ -z "$child" ] || wait "$child" 2>/dev/null || true
	rm -rf "$work"
}

# The way to the network is the host's: its name servers, apt's proxies and what it says about dates.
prepare() {
	mkdir "$root"
	tar -C "$root" --numeric-owner -xf "$tar"
	cat /etc/resolv.conf >"$root/etc/resolv.conf"
	printf '127.0.0.1 localhost %s\n' "$(uname -n)" >"$root/etc/hosts"
	apt-config dump | grep -E '^Acquire::(https?::.*Proxy|Check-)' >"$root/etc/apt/apt.conf.d/90host" || true
	[ $user = root ] || {
		chroot "$root" useradd -m -s /bin/sh $user
		echo "$user ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/$user"
	}
	git clone -q "$PWD" "$root$home/lintel"
	mkdir -p "$root$inner_cache/slots"
	[ $user = root ] || chroot "$root" chown -R "$user:" "$home"
}

# The places for machines (lab/run) are those of the computer, whatever cache it is.
mount_all() {
	mount --bind "$root" "$root"
	mount -o remount,bind,suid,dev,exec "$root"
	mount -t proc proc "$root/proc"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
	mkdir -p "$cache/slots"
	[ $user = root ] || chmod -R a+rwX "$cache/slots"
	if [ $with_cache = yes ]; then
		mount --bind "$cache" "$root$inner_cache"
	else
		mount --bind "$cache/slots" "$root$inner_cache/slots"
	fi
}

in_root() {
	chroot "$root" setpriv --reuid $user --regid $user --init-groups env -i \
		HOME=$home USER=$user LANG=C.UTF-8 LINTEL_CACHE="$inner_cache" \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		sh -c "cd && cd lintel && $1"
}

run_one() {
	log=build/host/debian-$debian.$user.$((passed + failed + 1)).log
	began=$(date +%s)
	status=0
	in_root "$1" >"$log" 2>&1 || status=$?
	took=$(($(date +%s) - began))
	if [ $status = 0 ]; then
		passed=$((passed + 1))
		echo "ok - Debian $debian, $user: $1 ($took s)"
	else
		failed=$((failed + 1))
		echo "not ok - Debian $debian, $user: $1 (status $status, $took s); $log ends:"
		tail -n 40 "$log"
	fi
}

work=
if [ "${1-}" = --inside ]; then
	work=$2 tar=$3
	shift 3
fi
with_cache=no user=root home=/root
options=
while :; do
	case ${1-} in
	--cache) with_cache=yes ;;
	--user) user=somebody home=/home/somebody ;;
	12 | 13) break ;;
	*) usage ;;
	esac
	options="$options $1"
	shift
done
# The cache is root's.
[ $with_cache = no ] || [ $user = root ] || fail "--cache and --user do not go together"
debian=$1
shift
[ $# -gt 0 ] || set -- "make run" "make test"
# shellcheck disable=SC2086 # the options are words
[ -n "$work" ] || outside $options "$debian" "$@"

root=$work/root
cache=$(dirname -- "$(dirname -- "$(dirname -- "$tar")")")
inner_cache=$home/.cache/lintel
[ $with_cache = no ] || inner_cache=$cache
mkdir -p build/host
prepare
mount_all
passed=0
failed=0
for command in "$@"; do
	run_one "$command"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
