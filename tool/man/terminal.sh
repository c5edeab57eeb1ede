#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# terminal.sh LINTEL: prints docs/terminal.svg, a terminal in which the command has said a few things.
# What it shows is what LINTEL says now.
set -eu
lintel=$1
cd "$(dirname -- "$0")/../.."

# said COMMAND ARGUMENT...: the line that is typed, and what comes.
said() {
	echo "\$ lintel $*"
	"$lintel" "$@" | fold -s -w 96 || true
	echo
}

{
	said caps --brief data/cpus/bochs-3.0_corei5_lynnfield_750.msr data/cpus/Skylake_00506E3.msr
	said explain primary:28
	said bitmap write 0x48
} | sed '$d; s/&/\&amp;/g; s/</\&lt;/g' | awk '
{ line[NR] = $0 }
END {
	step = 17
	height = NR * step + 40
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"830\" height=\"" height "\" font-family=\"ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"13.5\" fill=\"#c9d1d9\">"
	print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>"
	for (i = 1; i <= NR; i++) {
		if (line[i] == "")
			continue
		fill = ""
		if (line[i] ~ /^\$/)
			fill = " fill=\"#ffffff\" font-weight=\"bold\""
		else if (line[i] ~ /^refused/)
			fill = " fill=\"#ff7b72\""
		else if (line[i] ~ /^usable/)
			fill = " fill=\"#7ee787\""
		print "<text x=\"20\" y=\"" (i * step + 14) "\" xml:space=\"preserve\"" fill ">" line[i] "</text>"
	}
	print "</svg>"
}'
