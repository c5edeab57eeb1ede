#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The same payload on the same snapshot is the same run, to the instruction and to the letter: twice on
# one processor and twice on two.
set -u
cd "$(dirname -- "$0")/../.." || exit 2
. tests/lab/payload.sh
out=$build/lab-same
passed=0
failed=0

# once CPUS NUMBER
once() {
	lab/run --modules lintel --cpus "$1" "$out/payload" >"$out/$1.$2" 2>"$out/$1.$2.said"
	echo "status $?" >>"$out/$1.$2"
	grep ' instructions$' "$out/$1.$2.said" >>"$out/$1.$2"
}

# report CPUS
report() {
	if grep -q '^status 0$' "$out/$1.1" && grep -q ' instructions$' "$out/$1.1" &&
		cmp -s "$out/$1.1" "$out/$1.2"; then
		passed=$((passed + 1))
		echo "ok - the same run twice with $1 CPU(s)$(sed -n 's/^lab//p' "$out/$1.1")"
	else
		failed=$((failed + 1))
		echo "not ok - the same run twice with $1 CPU(s)"
		diff "$out/$1.1" "$out/$1.2" | head -n 40
		cat "$out/$1.1.said" "$out/$1.2.said"
	fi
}

rm -rf "$out"
payload "$out/payload" tests/lab/payload/same.sh
for cpus in 1 2; do
	once $cpus 1 &
	sleep 2 # what is left of the host's clock would differ
	once $cpus 2 &
	wait
	report $cpus
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
