#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# coverage.sh: which lines and branches of core/ the unit tests execute, file by file; and each line that
# none does, in build/coverage/lines.txt. What a test executes that ends in a panic is not counted. Fails
# below the shares that the core is to keep. `make coverage'.
set -eu
cd "$(dirname -- "$0")/.."

lines=97 # per cent
branches=92
out=$PWD/build/coverage

lab/deps.sh gcovr
make -s -j"$(nproc)" -C tests/unit OUT="$out" CFLAGS='-std=gnu11 -w -g -O0 --coverage'
find "$out" -name '*.gcda' -delete
"$out/unit" >"$out/log" || {
	cat "$out/log"
	exit 1
}

# report OPTION...: gcovr's, of core/.
report() {
	gcovr --root . --object-directory "$out" --filter 'core/' "$@" "$out"
}

report --txt "$out/lines.txt" --json-summary "$out/summary.json"
jq -r '(.files[] | [.filename, .line_covered, .line_total, .line_percent, .branch_covered,
		.branch_total, .branch_percent]),
	["core", .line_covered, .line_total, .line_percent, .branch_covered, .branch_total,
		.branch_percent] | @tsv' "$out/summary.json" |
	awk -F '\t' 'BEGIN { printf "%-34s %7s %6s %6s   %8s %6s %6s\n", "file", "lines", "of", "%", "branches", "of", "%" }
		{ printf "%-34s %7d %6d %6.1f   %8d %6d %6.1f\n", $1, $2, $3, $4, $5, $6, $7 }'
echo "what is not executed, by line: $out/lines.txt"
jq -e --argjson lines $lines --argjson branches $branches \
	'.line_percent >= $lines and .branch_percent >= $branches' "$out/summary.json" >"$out/enough" || {
	echo "coverage: less than $lines % of the lines or $branches % of the branches of core/" >&2
	exit 1
}
