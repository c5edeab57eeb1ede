# SPDX-License-Identifier: GPL-2.0
# Sourced, at the top of the tree: how the benchmark runs in the lab.
. tests/lab/payload.sh
out=$build/bench

# machines: the names in bench/machines.
machines() {
	awk '!/^#/ && NF { print $1 }' bench/machines
}

# options MACHINE: what bench/machines says of it, from its column FIRST on.
options() {
	awk -v name="$1" -v first="$2" '$1 == name { for (i = first; i <= NF; i++) print $i }' bench/machines
}

# join_counts ROWS COUNTS: the lines of COUNTS belong to the rows of the program, in their order; those of
# the Linux guest, which come last of a hypervisor, have none.
join_counts() {
	awk -F '\t' -v OFS='\t' '
		NR == FNR { if (FNR > 2) count[++counts] = $0; next }
		{ sub(/\r$/, "") }
		$2 ~ /^Linux guest/ { print; next }
		{ print $0, count[++used] }
		END { if (used != counts) { print "bench: " used " rows, but " counts " counts" >"/dev/stderr"; exit 1 } }
	' "$2" "$1"
}

# measure MACHINE HYPERVISORS GUEST: $out/MACHINE.rows and $out/counted.
measure() {
	# shellcheck disable=SC2046 # the options are words
	set -- "$1" "$2" "$3" $(options "$1" 3)
	[ $# -gt 3 ] || { echo "bench: no machine $1 in bench/machines" >&2 && return 2; }
	machine=$1
	payload "$out/payload" bench/payload.sh
	rm -rf "$out/payload/guests" "$out/payload/api-tests"
	cp "$out/bench" "$out/payload/"
	[ "$3" = 0 ] || payload_linux "$out/payload"
	printf 'hypervisors="%s"\nguest=%s\napicv=%s\n' "$2" "$3" "$(options "$machine" 2 | head -n 1)" >"$out/payload/settings"
	shift 3
	# Booted and not restored, so that the figures are the same on every computer.
	lab/run --cold "$@" --memory 512 --count "$out/$machine.counts" \
		--timeout "${BENCH_TIMEOUT:-1800}" "$out/payload" >"$out/$machine.log" || {
		cat "$out/$machine.log" >&2
		return 1
	}
	sed -n 's/^row: //p' "$out/$machine.log" >"$out/$machine.measured"
	head -n 2 "$out/$machine.counts" >"$out/counted"
	join_counts "$out/$machine.measured" "$out/$machine.counts" >"$out/$machine.rows"
}
