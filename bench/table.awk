# SPDX-License-Identifier: GPL-2.0
# build/bench/counted, then build/bench/MACHINE.rows of each machine: the tables that bench/run.sh prints.
# Of a row's samples the smallest is compared.
BEGIN { FS = "\t" }

FILENAME ~ /counted$/ {
	for (i = 1; i <= NF; i++)
		if (FNR == 1)
			word[i - 1] = $i
		else
			cycles[i - 1] = $i
	kinds = NF - 1
	next
}

FNR == 1 {
	machine[++machines] = FILENAME
	sub(/.*\//, "", machine[machines])
	sub(/\.rows$/, "", machine[machines])
}
{
	at = machines SUBSEP $1 SUBSEP $2
	least[at] = $3
	estimate[at] = $3
	for (i = 1; i <= kinds; i++) {
		count[at, i] = $(5 + i)
		estimate[at] += $(5 + i) * cycles[i]
	}
	counted[at] = NF > 4
	if (!($2 in seen))
		name[++names] = $2
	seen[$2] = 1
}

# has(m, n): both hypervisors have that row there.
function has(m, n) {
	return (m, "kvm", n) in least && (m, "lintel", n) in least
}

function ratio(a, b) {
	return b ? sprintf("%.2f", a / b) : ""
}

function trio(of, m, n) {
	if (!has(m, n))
		return sprintf(" %11s %11s %5s", (m, "kvm", n) in least ? of[m, "kvm", n] : "-",
			(m, "lintel", n) in least ? of[m, "lintel", n] : "-", "")
	return sprintf(" %11d %11d %5s", of[m, "kvm", n], of[m, "lintel", n],
		ratio(of[m, "lintel", n], of[m, "kvm", n]))
}

# pair(m, n, i): how often, by kvm_intel / by Lintel; nothing where none is.
function pair(m, n, i,  a, b) {
	a = count[m, "kvm", n, i]
	b = count[m, "lintel", n, i]
	return sprintf(" %9s", a || b ? (a + 0) "/" (b + 0) : "")
}

function sum_up(m,  i, n, rows, dearer, list, all) {
	for (i = 1; i <= names; i++) {
		n = name[i]
		if (!has(m, n))
			continue
		rows++
		dearer += least[m, "lintel", n] > least[m, "kvm", n]
	}
	printf "%s: %d rows; Lintel is dearer in %d\n", machine[m], rows, dearer
}

function instructions(  m, i) {
	printf "%-44s", "instructions (smallest)"
	for (m = 1; m <= machines; m++)
		printf " %29s", machine[m]
	printf "\n%-44s", ""
	for (m = 1; m <= machines; m++)
		printf " %11s %11s %5s", "kvm_intel", "Lintel", ""
	printf "\n"
	for (i = 1; i <= names; i++) {
		printf "%-44s", name[i]
		for (m = 1; m <= machines; m++)
			printf "%s", trio(least, m, name[i])
		printf "\n"
	}
	for (m = 1; m <= machines; m++)
		sum_up(m)
}

function executed(m,  i, k) {
	printf "\n%s: cycles, estimated, and what is executed outside the guest, kvm_intel/Lintel:\n", machine[m]
	for (k = 1; k <= kinds; k++)
		printf "  %-12s %s, %d cycles\n", "(" k ")", word[k], cycles[k]
	printf "%-44s %11s %11s %5s", "", "kvm_intel", "Lintel", ""
	for (k = 1; k <= kinds; k++)
		printf " %9s", "(" k ")"
	printf "\n"
	for (i = 1; i <= names; i++) {
		if (!counted[m, "kvm", name[i]] && !counted[m, "lintel", name[i]])
			continue
		printf "%-44s%s", name[i], trio(estimate, m, name[i])
		for (k = 1; k <= kinds; k++)
			printf "%s", pair(m, name[i], k)
		printf "\n"
	}
}

END {
	instructions()
	for (m = 1; m <= machines; m++)
		executed(m)
}
