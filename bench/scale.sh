#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# scale.sh: what things cost where there are many slots, vCPUs or VMs, or much memory, on stock kvm_intel and on Lintel, in
# the first machine of bench/machines: a line for each, with what one more costs.
set -eu
cd "$(dirname -- "$0")/.."
. bench/measure.sh

run_machine "$(machines | head -n 1)" 'kvm lintel' 0 scale
awk -F '\t' '
	{
		split($2, part, / @ /)
		if (!((part[1], "kvm") in numbers) && !((part[1], "lintel") in numbers))
			name[++names] = part[1]
		at = part[1] SUBSEP $1
		number[at, ++numbers[at]] = part[2]
		cost[at, numbers[at]] = $3
	}
	# From the least number to the most; flat where that is within 1 % of the cost, or 20.
	function slope(at,  last, more) {
		last = numbers[at]
		more = cost[at, last] - cost[at, 1]
		if (more < 20 || more < cost[at, 1] / 100)
			return "flat"
		return sprintf("%.1f each", more / (number[at, last] - number[at, 1]))
	}
	function line(words, who, hypervisor,  at, i) {
		at = words SUBSEP hypervisor
		printf "%-44s %-9s", who == "kvm_intel" ? words : "", who
		for (i = 1; i <= numbers[at]; i++)
			printf " %12s", number[at, i] ": " cost[at, i]
		printf "  %s\n", numbers[at] ? slope(at) : "-"
	}
	END {
		for (n = 1; n <= names; n++) {
			line(name[n], "kvm_intel", "kvm")
			line(name[n], "Lintel", "lintel")
		}
	}' "$out/$machine.measured"
