#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [--json FILE] [--svg FILE] [--no-guest] [MACHINE...]: the benchmark. In one boot of each machine
# (a name of bench/machines; all) the same programs run on stock kvm_intel and then on Lintel. Prints
# tables; with --json all figures, with --svg a chart of some. --no-guest: without the Linux guest.
#
# What was measured is in build/bench/MACHINE.rows, a line for each row of each hypervisor:
#   hypervisor, name, smallest, median, instructions, and a number for each of lab/count.h
# and what these numbers are in build/bench/counted.
set -eu
cd "$(dirname -- "$0")/.."
. bench/measure.sh

json='' svg='' guest=1
while [ $# -gt 0 ]; do
	case $1 in
	--json) json=$2 && shift ;;
	--svg) svg=$2 && shift ;;
	--no-guest) guest=0 ;;
	-*) sed -n 's/^# \(run\.sh .*\)/usage: \1/p' "$0" >&2 && exit 2 ;;
	*) break ;;
	esac
	shift
done
# shellcheck disable=SC2046 # names hold no spaces
[ $# -gt 0 ] || set -- $(machines)

files=''
for machine in "$@"; do
	echo "bench: $machine..." >&2
	measure "$machine" 'kvm lintel' "$guest"
	files="$files $out/$machine.rows"
done
awk -f bench/table.awk "$out/counted" $files
[ -z "$json" ] || bench/json.sh "$@" >"$json"
[ -z "$svg" ] || bench/chart.sh "$1" >"$svg"
