#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# names.sh: QEMU's names of VMX features against `lintel`: each that `lintel compat --qemu` prints of any two
# recorded processors is one that QEMU knows, for QEMU 7.2 and 10.0; each that is left out for a version is
# one that it does not know; and `lintel explain` knows each name that QEMU has. QEMU is that of
# lab/client.sh, and needs neither KVM nor the emulated machine for this.
set -u
cd "$(dirname -- "$0")/../.." || exit 2
lintel=${LINTEL:-build/tool/lintel}
work=$(mktemp -d "${TMPDIR:-/tmp}/lintel-names.XXXXXX") || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

# A name that some two processors do not share is one that some of all have and others have not.
turned_off() {
	"$lintel" compat --qemu "$@" data/cpus/*.msr | tr ',' '\n' | sed -n 's/^-\(vmx-\)/\1/p' | sort -u
}

# known VERSION: the names, of "Recognized CPUID flags"
known() {
	root=$(lab/client.sh "qemu-$1")/root || return 1
	"$root/lib64/ld-linux-x86-64.so.2" --library-path "$root/lib" "$root/usr/bin/qemu-system-x86_64" -cpu help |
		tr -s ' ' '\n' | grep '^vmx-' | sort -u
}

# complain WHAT: with the names on standard input, if there are any
complain() {
	if grep . >"$work/wrong"; then
		echo "not ok - $1: $(tr '\n' ' ' <"$work/wrong")"
		failed=$((failed + 1))
	fi
}

turned_off >"$work/all"
[ "$(wc -l <"$work/all")" -gt 40 ] || echo few | complain 'recordings differ in so few names'
for version in 7.2 10.0; do
	known $version >"$work/known" || exit 2
	[ "$(wc -l <"$work/known")" -gt 80 ] || echo few | complain "QEMU $version has so few names"
	turned_off --qemu-version $version >"$work/some"
	comm -23 "$work/some" "$work/known" | complain "QEMU $version does not know"
	comm -23 "$work/all" "$work/some" | comm -12 - "$work/known" | complain "left out, and QEMU $version knows"
	# shellcheck disable=SC2046 # the names have no blanks
	"$lintel" explain --json $(cat "$work/known") >"$work/explained"
	jq -r '.[] | select(.match != "meant" or .topics == []) | .word' "$work/explained" |
		complain "lintel explain does not know, of QEMU $version"
	echo "QEMU $version: $(wc -l <"$work/known") names, of which $(wc -l <"$work/some") are turned off for some processors"
done
[ "$failed" -eq 0 ]
