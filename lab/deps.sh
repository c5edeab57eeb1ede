#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh [--update | PACKAGE...]: install what building, testing and the lab need from Debian 12 or
# 13. Does nothing, quickly, when all is there. --update refreshes apt's lists only; PACKAGEs are what one
# test needs besides.
set -eu

# the compilers and the module's build (the kernels' headers, which name the compiler that made the
# kernel, are unpacked by headers.sh)
packages='gcc gcc-12 libc6-dev make binutils bc sparse'
case $(. /etc/os-release && echo "${VERSION_CODENAME-}") in
bookworm) packages="$packages libelf1" ;;
*) packages="$packages libelf1t64 gcc-14" ;;
esac
# the tool, and its tests
packages="$packages libjansson-dev jq libxml2-utils"
# unit tests and fuzzers
packages="$packages clang libclang-rt-dev"
# the emulated machine (Bochs and kernels are unpacked in the cache)
packages="$packages busybox-static cpio xz-utils zstd util-linux"
# checks of the source itself, and of the manual
packages="$packages clang-format shellcheck mandoc"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		echo "deps: needs root (or sudo) for: $*" >&2
		exit 2
	fi
}

# run WORDS COMMAND... : as root; silent unless it fails.
run() {
	echo "deps: $1..." >&2
	shift
	as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || {
		cat "$log" >&2
		return 1
	}
}

update() {
	run "reading Debian's lists of packages" apt-get -q update
}

missing() {
	# shellcheck disable=SC2086 # names of packages hold no spaces
	dpkg-query -W -f '${Package} ${db:Status-Status}\n' $packages 2>/dev/null |
		awk -v wanted="$packages" '
			$2 == "installed" { there[$1] = 1 }
			END {
				n = split(wanted, name, " ")
				for (i = 1; i <= n; i++)
					if (!(name[i] in there))
						print name[i]
			}'
}

install() {
	# shellcheck disable=SC2086 # names of packages hold no spaces
	run "installing $(echo "$wanted" | tr '\n' ' ')" apt-get -qy --no-install-recommends install $wanted
}

if [ "${1-}" = --update ]; then
	update
	exit
fi
packages="$packages $*"
wanted=$(missing)
[ -n "$wanted" ] || exit 0
# The lists may be absent, or older than what the archive still holds.
[ -n "$(apt-cache pkgnames busybox-static)" ] || update
install || {
	update
	install
}
