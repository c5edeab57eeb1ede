#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# table.sh LOG...: write what the lab's payload vmentry.sh printed into the tables of
# docs/vm-entry-checks.md: a column for each emulator and model, a new one at the right.
set -eu
[ $# -gt 0 ] || {
	echo "usage: tests/conformance/vmentry/table.sh LOG..." >&2
	exit 2
}
document=$(dirname -- "$0")/../../../docs/vm-entry-checks.md
cat "$@" | awk -F ' *[|] *' '
# Of the logs: which column, and its words.
FILENAME == "-" && /^verdicts of / {
	column = $0
	gsub(/^verdicts of |: .*/, "", column)
	if (!(column in fresh))
		fresh[column] = added[++additions] = column
}
FILENAME == "-" && /^verdict / {
	split($0, part, " ")
	rule = part[2]
	sub(/^verdict [^ ]* /, "")
	word[column, rule] = $0
}
FILENAME == "-" { next }

# Of the document: what is there, and after it what is new.
/^[|] rule / {
	for (columns = 0; $(columns + 5) != ""; columns++)
		name[columns] = $(columns + 5)
	for (i = 1; i <= additions; i++) {
		for (at = 0; at < columns && name[at] != added[i]; at++)
			;
		name[at] = added[i]
		columns += at == columns
	}
	printf "| %s | %s | %s |", $2, $3, $4
	rule_line = "| --- | --- | --- |"
	for (at = 0; at < columns; at++) {
		printf " %s |", name[at]
		rule_line = rule_line " --- |"
	}
	print "\n" rule_line
	getline
	next
}
/^$/ { columns = 0 }
columns {
	rule = $2
	gsub(/`/, "", rule)
	printf "| %s | %s | %s |", $2, $3, $4
	for (at = 0; at < columns; at++)
		printf " %s |", (name[at], rule) in word ? word[name[at], rule] : $(at + 5)
	print ""
	next
}
{ print }' - "$document" >"$document.new"
mv "$document.new" "$document"
