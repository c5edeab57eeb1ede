# SPDX-License-Identifier: GPL-2.0
#
# The lab's cache and what comes into it from Debian. To be sourced.
# shellcheck disable=SC2034

lab_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
lab_build=$(dirname -- "$lab_dir")/build/lab
lab_cache=${LINTEL_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/lintel}
mkdir -p "$lab_cache"

say() {
	echo "lab: $*" >&2
}

# fail WORDS: say them and end. 2 is the status of everything that kept a run from starting.
fail() {
	say "$@"
	exit 2
}

# hash_of FILE... : one short name for the contents of files (and of what stdin adds as "-").
hash_of() {
	cat -- "$@" | sha256sum | cut -c1-16
}

# locked NAME COMMAND... : run COMMAND while holding the cache's lock NAME.
locked() {
	(
		flock 8 || exit
		shift
		# As the last command it would replace the shell, and the lock would go with descriptor 8.
		"$@" 8>&- || exit
		true
	) 8>"$lab_cache/$1.lock"
}

# build_tools: compile the lab's programs into lab_build.
build_tools() {
	locked build make -s -C "$lab_dir" O="$lab_build" >&2 || fail "could not compile its programs"
}

# candidate PACKAGE [APT-OPTION...]: the version that apt would take today; empty if none.
candidate() {
	package=$1
	shift
	apt-cache "$@" show --no-all-versions "$package" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1
}

# depends PACKAGE PATTERN [APT-OPTION...]: names of its dependencies that match PATTERN.
depends() {
	package=$1 pattern=$2
	shift 2
	apt-cache "$@" show --no-all-versions "$package" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',|' '\n' | sed 's/^ *//; s/ .*//' |
		grep -x -e "$pattern" | sort -u
}

# unpack INTO PACKAGE... -- [APT-OPTION...]: download packages, unpack them into INTO, install nothing.
unpack() {
	into=$1
	shift
	names=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		names="$names $1"
		shift
	done
	[ $# -eq 0 ] || shift
	mkdir -p "$into/debs"
	# shellcheck disable=SC2086 # names of packages hold no spaces
	(cd "$into/debs" && apt-get -qq "$@" download $names) >"$into/apt.log" 2>&1 || {
		cat "$into/apt.log" >&2
		return 1
	}
	for deb in "$into"/debs/*.deb; do
		dpkg -x "$deb" "$into" || return 1
	done
	rm -r "$into/debs" "$into/apt.log"
}
