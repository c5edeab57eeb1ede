#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Runs the guest programs under the KVM module that is loaded: run.sh [NAME...]
# A line for each guest, the checks that failed, and "N passed, N failed" at the end; exit status 1
# if any failed.  Wants the images, `list` and the binary `lintel` beside itself, or where GUESTS
# and LINTEL say.  LINTEL_DEVICE names another KVM device, GUEST_SECONDS another time
# limit (60).  Needs a POSIX shell and no more.
set -u

here=$(dirname -- "$0")
guests=${GUESTS:-$here}
lintel=${LINTEL:-$here/lintel}
device=${LINTEL_DEVICE:-/dev/kvm}
seconds=${GUEST_SECONDS:-60}
output=${TMPDIR:-/tmp}/guest-output.$$
passed=0
failed=0

trap 'rm -f "$output"' EXIT
trap 'exit 130' INT TERM

kind_option() {
	case $1 in
	*.flat16) echo --flat16 ;;
	*.flat64) echo --flat64 ;;
	esac
}

# Sets wrong to what is wrong with the run whose output is in $output. $1: status, $2: wanted.
verdict() {
	wrong=
	ok=$(grep -c '^ok [0-9]' "$output")
	plan=$(sed -n 's/^1\.\.//p' "$output")
	case $2 in
	"$1" | "$1/"* | *"/$1" | *"/$1/"*) ;;
	*) wrong="status $1, not $2" ;;
	esac
	[ -z "$wrong" ] || return
	if grep -q '^not ok' "$output"; then
		wrong="checks failed"
	elif [ "$2" != "${2#*/}" ] && [ "$ok" -eq 0 ]; then
		wrong="no check was reached"
	elif [ "$2" = 1 ] && [ "$ok" != "$plan" ]; then
		wrong="$ok checks of ${plan:-a plan that is missing}"
	fi
}

# run_guest IMAGE STATUS [OPTION...]
run_guest() {
	image=$1 want=$2
	shift 2
	# shellcheck disable=SC2046 # no option for ELF images
	"$lintel" run $(kind_option "$image") --device "$device" --debug-exit 0xf4 --timeout "$seconds" \
		"$@" "$guests/$image" </dev/null >"$output" 2>&1
	verdict $? "$want"
	if [ -z "$wrong" ]; then
		passed=$((passed + 1))
		echo "PASS $image $* ($ok checks)"
		return
	fi
	failed=$((failed + 1))
	echo "FAIL $image $*: $wrong"
	grep -v '^ok ' "$output" | head -n 60
}

# wanted NAME CHOSEN...: whether NAME, with or without its suffix, is chosen.
wanted() {
	name=$1
	shift
	[ $# -gt 0 ] || return 0
	for choice in "$@"; do
		[ "$choice" != "$name" ] && [ "$choice" != "${name%.*}" ] || return 0
	done
	return 1
}

[ -x "$lintel" ] || {
	echo "run.sh: no $lintel: build it (make -C tests/conformance/guest payload) or set LINTEL" >&2
	exit 2
}
while read -r image status options <&3; do
	case $image in '' | '#'*) continue ;; esac
	wanted "$image" "$@" || continue
	case $status in
	*-kvm) [ ! -d /sys/module/kvm_intel ] || continue ;;
	esac
	# shellcheck disable=SC2046,SC2086 # the options are words
	run_guest "$image" "${status%-kvm}" $(echo $options | sed "s#@#$guests#")
done 3<"$guests/list"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
