# SPDX-License-Identifier: GPL-2.0
#
# The lab's cache and what comes into it from Debian. To be sourced.
# shellcheck disable=SC2034

lab_dir=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
lab_build=$(dirname -- "$lab_dir")/build/lab
lab_cache=${LINTEL_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/lintel}

say() {
	echo "lab: $*" >&2
}

# fail WORDS: say them and end. 2 is the status of everything that kept a run from starting.
fail() {
	say "$@"
	exit 2
}

# Make and the kernel's makefiles take a blank for the end of a name, and Bochs a comma.
case $lab_dir/$lab_cache in
*[[:space:],:\'\"\\\$#]*)
	fail "no blanks or special characters can be in the name of the tree ($(dirname -- "$lab_dir"))" \
		"or of the cache ($lab_cache); LINTEL_CACHE=/var/tmp/lintel names another cache"
	;;
esac
mkdir -p "$lab_cache" || fail "LINTEL_CACHE=DIRECTORY names another cache than $lab_cache"

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

# is_current LINK RELEASE: LINK leads somewhere, and was set since the lists of RELEASE were read.
is_current() {
	[ -e "$1/" ] && [ -n "$(find "$1" -newer "$lab_cache/archive/$2/checked" 2>/dev/null)" ]
}

# set_current LINK DIR
set_current() {
	ln -sfn "$2" "$1"
}

# prune DIR: what no link of DIR leads to goes, unless a run used it within the hour.
prune() {
	find "$1" -maxdepth 1 -type l -mtime +7 -exec rm -f {} +
	find "$1" -mindepth 1 -maxdepth 1 -type d -mmin +60 | while read -r entry; do
		find "$1" -maxdepth 1 -type l -lname "$entry" | grep -q . || rm -rf "$entry"
	done
}
