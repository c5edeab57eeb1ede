#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# msrs.sh [MODEL...]: print the VMX capability MSRs and some CPUID leaves of the emulated
# processors (of all in lab/models when none is named), as the processor itself reads them.
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/machine.sh"

seconds=20

dump() {
	find_model "$1" || fail "no model $1; see lab/models"
	cp "$lab_build/msrdump.rom" "$work/loader.rom"
	bochs_config "$work" | grep -v '^optramimage\|^ata0' >"$work/bochsrc"
	supervise_bochs "$seconds" none "$work" -f "$work/bochsrc" >/dev/null || true
	echo "[model $model]"
	grep '^0x[0-9a-f]* = \|^cpuid ' "$work/chatter" || fail "$model printed nothing"
	echo
}

build_tools
bochs=$("$lab_dir/bochs.sh")
work=$(mktemp -d "${TMPDIR:-/tmp}/lintel-lab.XXXXXX")
trap 'rm -rf "$work"' EXIT
cpus=1 memory=192 add_features='' exclude_features=''
# shellcheck disable=SC2046 # names of models hold no spaces
[ $# -gt 0 ] || set -- $(awk '!/^#/ { print $1 }' "$lab_dir/models")
for name in "$@"; do
	dump "$name"
done
