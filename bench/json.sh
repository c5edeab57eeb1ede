#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# json.sh MACHINE...: what bench/run.sh measured in these, as JSON:
#   { "date", "lintel", "kernel", "bochs",
#     "counted": [ { "what", "cycles" } ],
#     "machines": { MACHINE: { "options": [], "rows": [ { "name", "kvm": FIGURES, "lintel": FIGURES } ] } } }
# FIGURES: { "smallest", "median", "cycles", "counts": [] }, instructions but for the estimated cycles;
# "cycles" and "counts" (in the order of "counted") are null for the Linux guest.
set -eu
cd "$(dirname -- "$0")/.."
. bench/measure.sh

# rows_of MACHINE: its figures as JSON.
rows_of() {
	jq -R -s --argjson counted "$counted" '
		def figures: (.[2:4] + .[5:] | map(tonumber)) as $n | {
			smallest: $n[0], median: $n[1],
			cycles: (if $n[2:] == [] then null else
				$n[0] + ([$n[2:], [$counted[].cycles]] | transpose | map(.[0] * .[1]) | add) end),
			counts: (if $n[2:] == [] then null else $n[2:] end)
		};
		[split("\n")[] | select(. != "") | split("\t")] as $lines
		| [$lines[] | .[1]] | reduce .[] as $name ([]; if index([$name]) then . else . + [$name] end)
		| map(. as $name | { name: $name }
			+ ([$lines[] | select(.[1] == $name) | { (.[0]): figures }] | add))
	' "$out/$1.rows"
}

counted=$(jq -R -s '[split("\n")[:2][] | split("\t")[1:]] | transpose
	| map({ what: .[0], cycles: (.[1] | tonumber) })' "$out/counted")
for machine in "$@"; do
	options=$(options "$machine" 3 | jq -R -s 'split("\n")[:-1]')
	rows_of "$machine" | jq --arg name "$machine" --argjson options "$options" \
		'{ ($name): { options: $options, rows: . } }'
done | jq -s --arg date "$(date -u +%F)" --arg lintel "$(cat VERSION)" \
	--arg kernel "$(cat "$(lab/kernel.sh)/release")" --arg bochs "$(cat "$(lab/bochs.sh)/version")" \
	--argjson counted "$counted" \
	'{ date: $date, lintel: $lintel, kernel: $kernel, bochs: $bochs, counted: $counted, machines: add }'
