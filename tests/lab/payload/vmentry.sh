# SPDX-License-Identifier: GPL-2.0
# The rules of VM entry against the emulated processor: VMCSs that break one rule each are launched,
# and what the rules say, what the processor does, what `lintel check` says of the dump, and what
# docs/vm-entry-checks.md says of this model have to agree.
. ./check.sh

# verdicts FILE: "RULE VERDICT", one line for each rule.
verdicts() {
	awk '
	/^row / {
		rule = $2
		sub(/:$/, "", rule)
		verdict = $3 == "known:" ? ($4 == "not" ? "not tried" : $4) : $3
		if (verdict == "impossible:")
			verdict = "-"
		if (!(rule in all) || all[rule] == "-")
			all[rule] = verdict
	}
	END { for (rule in all) print rule, all[rule] }' "$1" | sort
}

# documented MODEL: the same, of the table in the document.
documented() {
	awk -F '|' -v model="$1" '
	/^\| rule/ { for (i = 2; i < NF; i++) { gsub(/ /, "", $i); if ($i == model) column = i } }
	column && /^\| `/ {
		gsub(/[` ]/, "", $2)
		sub(/^ */, "", $column)
		sub(/ *$/, "", $column)
		print $2, $column
	}' vm-entry-checks.md | sort
}

# Of each dump, the rule whose row it follows.
dumped() {
	awk '/^row / { rule = $2; sub(/:$/, "", rule) } /^VMCS dump of/ { print rule }' "$1"
}

named() {
	sed -n 's/^broken rule \([^:]*\): .*/\1/p' "$1"
}

same() {
	diff "$1" "$2" >differences && return 0
	head -n 40 differences
	return 1
}

check "the module loads" insmod ./vmentry.ko
check "every row is tried" sh -c 'cat /sys/kernel/debug/vmentry >answers'
check "the module unloads" rmmod vmentry
grep '^row' answers | grep -v ': agrees' | sed 's/^/# /'
check "no answer is a surprise" fails grep -q '^row .*: wrong' answers
tried=$(grep -cE '^row .*: (agrees|known: enters|known: differs) ' answers)
verdicts answers >verdicts
rules=$(grep -cE ' (agrees|enters|differs)$' verdicts)
echo "# $tried VMCSs, $rules rules, $(grep -c ' agrees$' verdicts) of them agree"
check "at least 100 rules are covered" test "$rules" -ge 100

./lintel check answers >checked
check "lintel check says that rules are broken" test $? -eq 1
dumped answers >rows
named checked >names
check "and names the rule of each row, and no other" same rows names

documented "$LAB_MODEL" >document
check "the document says the same of this processor" same document verdicts
finish
