# SPDX-License-Identifier: GPL-2.0
# Two files of rows "name<TAB>smallest<TAB>median": stock's, then Lintel's.  Compares the smallest.
BEGIN {
	FS = "\t"
	format = "%-44s %12s %12s %8s\n"
	printf format, "instructions (smallest)", "kvm_intel", "Lintel", "ratio"
}
FNR == NR { stock[$1] = $2; next }
{
	seen[$1] = 1
	if (!($1 in stock)) {
		printf format, $1, "-", $2, ""
		next
	}
	rows++
	if ($2 > stock[$1])
		dearer++
	printf format, $1, stock[$1], $2, stock[$1] ? sprintf("%.2f", $2 / stock[$1]) : ""
}
END {
	for (name in stock)
		if (!(name in seen))
			printf format, name, stock[name], "-", ""
	printf "%d rows; Lintel is dearer in %d\n", rows, dearer
}
