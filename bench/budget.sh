#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# budget.sh [--write]: measure what Lintel costs in the first machine of bench/machines, and hold each row
# to its line of bench/budget, the figure that it had when it was last changed on purpose. A row fails
# that costs over 2 % more (or what a third column says), that has no line, or that is no more. --write:
# make the lines those of today.
set -eu
cd "$(dirname -- "$0")/.."
. bench/measure.sh

budget=bench/budget
machine=$(machines | head -n 1)
# What the emulator counts beside is not looked at.
run_machine "$machine" lintel 0

if [ "${1-}" = --write ]; then
	sed -n '/^#/p' "$budget" >"$out/budget"
	awk -F '\t' '
		FILENAME ~ /budget$/ { if (!/^#/ && NF > 2) slack[$1] = "\t" $3; next }
		{ print $2 "\t" $3 slack[$2] }' "$budget" "$out/$machine.measured" >>"$out/budget"
	cp "$out/budget" "$budget"
	exit
fi

# What is 400 instructions or less may have 8 more: RDTSC is some instructions late, or is not.
awk -F '\t' '
	FILENAME ~ /budget$/ {
		if (!/^#/) {
			budget[$1] = $2
			slack[$1] = NF > 2 ? $3 : 2
		}
		next
	}
	{ cost[$2] = $3 }
	function report(good, words) {
		if (good)
			passed++
		else {
			failed++
			print "not ok - " words
		}
	}
	END {
		for (name in cost) {
			if (!(name in budget)) {
				report(0, name ": has no line in bench/budget (make budget)")
				continue
			}
			more = budget[name] * slack[name] / 100
			if (more < 8)
				more = 8
			report(cost[name] <= budget[name] + more,
				name ": " cost[name] " instructions, budget " budget[name])
			if (cost[name] < budget[name] - more)
				print "# " name ": " cost[name] " instructions, less than its budget " budget[name]
		}
		for (name in budget)
			if (!(name in cost))
				report(0, name ": is in bench/budget, and was not measured")
		print (passed + 0) " passed, " (failed + 0) " failed"
		exit failed > 0 || !passed
	}' "$budget" "$out/$machine.measured"
