#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# deps.sh [--update | PACKAGE...]: install what building, testing and the lab need from Debian 12 or
# 13. Does nothing, quickly, when all is there. --update refreshes apt's lists only; PACKAGEs are what one
# test needs besides.
set -eu

# fail WORDS...: say them, a line each, and end.
fail() {
	printf 'deps: %s\n' "$@" >&2
	exit 2
}

# the compilers and the module's build (the kernels' headers, which name the compiler that made the
# kernel, are unpacked by headers.sh)
packages='gcc gcc-12 libc6-dev make binutils bc sparse'
# the tool, and its tests
packages="$packages libjansson-dev jq libxml2-utils"
# unit tests and fuzzers
packages="$packages clang libclang-rt-dev"
# the emulated machine (Bochs and kernels are unpacked in the cache)
packages="$packages busybox-static cpio xz-utils zstd util-linux"
# checks of the source itself, and of the manual
packages="$packages clang-format shellcheck mandoc"

case $(. /etc/os-release && echo "${ID-}-${VERSION_ID-}") in
debian-12) packages="$packages libelf1" ;;
debian-13) packages="$packages libelf1t64 gcc-14" ;;
*)
	# shellcheck source=/dev/null
	fail "this is $(. /etc/os-release && echo "${PRETTY_NAME-no known system}"), and what is needed is installed on Debian 12 and 13 only." \
		"A Debian in a container or a chroot will do: nothing needs the host's kernel." \
		"The module and the tool alone need gcc, make, libjansson and the kernel's headers:" \
		"make -C linux KDIR=/lib/modules/\$(uname -r)/build; make -C tool" \
		"Debian 13 has all the rest in: $packages libelf1t64 gcc-14 $*"
	;;
esac

log=$(mktemp)
trap 'rm -f "$log"' EXIT

[ "$(id -u)" = 0 ] && as_root='' || as_root=sudo

# run WORDS COMMAND... : as root; silent unless it fails.
run() {
	[ -z "$as_root" ] || command -v sudo >/dev/null ||
		fail "only root can install packages, and there is no sudo. As root: lab/deps.sh" \
			"It would install: $(echo "$wanted" | tr '\n' ' ')"
	echo "deps: $1..." >&2
	shift
	$as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1 || {
		cat "$log" >&2
		return 1
	}
}

# apt says that all is well when it could not read a list.
update() {
	run "reading Debian's lists of packages" apt-get -q -o APT::Update::Error-Mode=any update
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
	wanted='nothing, but read the lists of packages anew'
	update
	exit
fi
packages="$packages $*"
wanted=$(missing)
[ -n "$wanted" ] || exit 0
# The lists may be absent, or older than what the archive still holds; apt's sources may name more than
# Debian, some of which is not there just now.
known() {
	[ -n "$(apt-cache pkgnames busybox-static)" ]
}
{ known && install; } || { { update || known; } && install; } ||
	fail "packages could not be installed: apt's words are above." \
		"They come from apt's sources (/etc/apt/sources.list, sources.list.d), which must name Debian's" \
		"archive, component main; and by the network, once."
