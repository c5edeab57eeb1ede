#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# msrs.sh [--features +NAME,-NAME...] [MODEL...]: what the emulated processors (all of lab/models that
# the emulator has, when none is named) read from their VMX capability MSRs and from CPUID: a recording,
# as data/cpus/README.md has it; several processors stand after labels. An MSR that faults is left out.
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/machine.sh"

usage() {
	fail "usage: lab/msrs.sh [--features +NAME,-NAME...] [MODEL...]"
}

# signature: family, model and stepping in the answer's CPUID leaf 1.
signature() {
	eax=$(sed -n 's/^cpuid 00000001.00000000= \([0-9a-f]*\) .*/0x\1/p' "$work/answer")
	family=$((eax >> 8 & 15)) number=$((eax >> 4 & 15))
	case $family in 6 | 15) number=$((number | (eax >> 12 & 0xf0))) ;; esac
	[ $family != 15 ] || family=$((family + (eax >> 20 & 0xff)))
	echo "$family/$number/$((eax & 15))"
}

# header [MODEL]
header() {
	version=$(cat "$bochs/version")
	echo "# cpu: Bochs ${version%%+*}${1:+ $1}"
	[ $# = 0 ] || echo "# family/model/stepping: $(signature)"
	echo '# class: emulated'
	echo "# source: lab/msrs.sh, Bochs $version"
	[ -z "$features" ] || echo "# note: features $features"
}

values() {
	sed -n 's/^cpuid /# &/p' "$work/answer"
	sed -n 's/^0x00000\(...\) = \(0x[0-9a-f]*\)$/0x\1 \2/p' "$work/answer"
}

# known MODEL: set model to Bochs's name for it.
known() {
	find_model "$1" || fail "no model $1; see lab/models"
	has_model || fail "Bochs $(cat "$bochs/version") has no model $model"
}

one() {
	known "$1"
	ask_processor "$work"
	header "$model"
	values
}

several() {
	header
	for name in "$@"; do
		known "$name"
		ask_processor "$work"
		printf '\n[%s]\n' "$model"
		values
	done
}

split_features ''
while [ $# -gt 0 ]; do
	case $1 in
	--features) { [ $# -ge 2 ] && split_features "$2"; } || usage ;;
	-*) usage ;;
	*) break ;;
	esac
	shift 2
done
build_tools
bochs=$("$lab_dir/bochs.sh")
work=$(mktemp -d "$lab_cache/run.XXXXXX")
trap 'rm -rf "$work"' EXIT
cpus=1 memory=192
# shellcheck disable=SC2046 # names of models hold no spaces
[ $# -gt 0 ] || set -- $(awk '!/^#/ { print $1 }' "$lab_dir/models" | grep -xF -f "$bochs/models")
if [ $# = 1 ]; then one "$1"; else several "$@"; fi
