# SPDX-License-Identifier: GPL-2.0
# Sourced, at the top of the tree: how the benchmark runs in the lab.
. tests/lab/payload.sh
out=$build/bench

# machines: the names in bench/machines.
machines() {
	awk '!/^#/ && NF { print $1 }' bench/machines
}

# options MACHINE FIRST: what bench/machines says of it, from that column on, a word a line.
options() {
	awk -v name="$1" -v first="$2" '$1 == name { for (i = first; i <= NF; i++) print $i }' bench/machines
}

# join_counts ROWS COUNTS: the lines of COUNTS belong to the rows of the program, in their order; those of
# the Linux guest, which come last of a hypervisor, have none.
join_counts() {
	awk -F '\t' -v OFS='\t' '
		NR == FNR { if (FNR > 2) count[++counts] = $0; next }
		$2 ~ /^Linux guest/ { print; next }
		{ print $0, count[++used] }
		END { if (used != counts) { print "bench: " used " rows, but " counts " counts" >"/dev/stderr"; exit 1 } }
	' "$2" "$1"
}

# run_machine MACHINE HYPERVISORS GUEST [ARGUMENT-OF-BENCH]: rows as the program prints them, the hypervisor
# before each, in $out/MACHINE.measured, and what the emulator counted in $out/MACHINE.counts.
run_machine() {
	machine=$1
	payload "$out/payload" bench/payload.sh
	rm -rf "$out/payload/guests" "$out/payload/api-tests"
	cp "$out/bench" "$out/payload/"
	[ "$3" = 0 ] || payload_linux "$out/payload"
	printf 'hypervisors="%s"\nguest=%s\narguments=%s\napicv=%s\n' "$2" "$3" "${4-}" \
		"$(options "$machine" 2 | head -n 1)" >"$out/payload/settings"
	# shellcheck disable=SC2046 # the options are words
	set -- $(options "$machine" 3)
	[ $# -gt 0 ] || { echo "bench: no machine $machine in bench/machines" >&2 && return 2; }
	# Booted and not restored, so that the figures are the same on every computer.
	lab/run --cold "$@" --memory 512 --count "$out/$machine.counts" \
		--timeout "${BENCH_TIMEOUT:-1800}" "$out/payload" >"$out/$machine.log" || {
		cat "$out/$machine.log" >&2
		return 1
	}
	sed -n 's/^row: //p' "$out/$machine.log" | tr -d '\r' >"$out/$machine.measured"
	head -n 2 "$out/$machine.counts" >"$out/counted"
}

# measure MACHINE HYPERVISORS GUEST: $out/MACHINE.rows and $out/counted.
measure() {
	run_machine "$@" || return
	join_counts "$out/$machine.measured" "$out/$machine.counts" >"$out/$machine.rows"
}
