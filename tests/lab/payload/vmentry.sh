# SPDX-License-Identifier: GPL-2.0
# The rules of VM entry against the emulated processor: VMCSs that break one rule each are launched,
# and what the processor makes of them, and what `lintel check` says of the dumps, have to be as
# docs/vm-entry-checks.md and the rules have it. tests/conformance/vmentry/table.sh makes the document's table of
# what is printed here.
. ./check.sh

column="$LAB_BOCHS $LAB_MODEL"

# documented: "RULE WORD" for each rule, of the document's column for this processor.
documented() {
	awk -F ' *[|] *' -v name="$column" '
	/^[|] rule/ { column = 0; for (i = 2; i < NF; i++) if ($i == name) column = i }
	column && /^[|] `/ { gsub(/`/, "", $2); print $2, $column }' vm-entry-checks.md | sort
}

# verdicts FILE: the same, of what the module said; more words than one if a rule's rows differ.
verdicts() {
	awk '
	{
		rule = $2
		sub(/:$/, "", rule)
		word = $3 == "impossible:" ? "-" : $3 == "not" ? "not tried" : $3
		if (!(rule in all) || all[rule] == "-")
			all[rule] = word
		else if (word != "-" && !index(all[rule], word))
			all[rule] = all[rule] ", " word
	}
	END { for (rule in all) print rule, all[rule] }' "$1" | sort
}

# tried FILE: the rules of the rows that were tried, each of which has left a dump.
tried() {
	sed -n 's/^row \([^:]*\): \(agrees\|enters\|differs\) .*/\1/p' "$1"
}

named() {
	sed -n 's/^broken rule \([^:]*\): .*/\1/p' "$1"
}

same() {
	diff "$1" "$2" >differences && return 0
	head -n 40 differences
	return 1
}

documented >document
skip=$(sed -n 's/ not tried$//p' document | tr '\n' ',')
check "the module loads" insmod ./vmentry.ko skip="$skip"
# Whoever reads more than a row at a time has the kernel try each row once more, for nothing.
check "every row is tried" dd bs=4k if=/sys/kernel/debug/vmentry of=answers
check "the module unloads" rmmod vmentry
grep -F 'row ' answers >rows # ten times as fast here as with a regular expression
grep -v ': \(agrees\|impossible\)' rows | sed 's/^/# /'
check "no row is wrong" fails grep -q ': wrong' rows
verdicts rows >verdicts
rules=$(grep -cE ' (agrees|enters|differs)' verdicts)
check "at least 100 rules are covered" test "$rules" -ge 100

./lintel check answers >checked
check "lintel check says that rules are broken" test $? -eq 1
tried rows >broken
named checked >names
check "and names the rule of each row, and no other" same broken names

echo "verdicts of $column: $(wc -l <broken) VMCSs, $rules rules"
sed 's/^/verdict /' verdicts
check "the document says the same of this processor" same document verdicts
finish
