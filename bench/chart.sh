#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# chart.sh MACHINE: rows of what bench/run.sh measured there, as an SVG chart: docs/bench.svg.
set -eu
cd "$(dirname -- "$0")/.."
. bench/measure.sh

kernel=$(cat "$(lab/kernel.sh)/release")
awk -F '\t' -v subtitle="Lintel $(cat VERSION) and kvm_intel of Linux $kernel, $(date -u +%F)" \
	-v machine="$(options "$1" 4 | head -n 1) of Bochs $(cat "$(lab/bochs.sh)/version")" '
	function escape(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); return text }
	function text(x, y, class, words) {
		printf "<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, class, escape(words)
	}
	function bar(y, class, length_) {
		printf "<rect x=\"10\" y=\"%d\" width=\"%.1f\" height=\"7\" rx=\"2\" class=\"%s\"/>\n", y, length_, class
	}
	# In millions where a number is long.
	function short(n) { return n >= 1e6 ? sprintf("%.0f million", n / 1e6) : n }
	function row(y, name, kvm, lintel,  ratio) {
		ratio = lintel / kvm
		text(10, y, "name", name)
		text(390, y, "figure", short(lintel) " of " short(kvm) ", " sprintf("%.2f", ratio))
		bar(y + 5, "kvm", full)
		bar(y + 5, ratio > 1 ? "dearer" : "lintel", full * (ratio > most ? most : ratio))
	}
	# What is drawn, in this order.
	FNR == NR { asked[++names] = $0; next }
	{ cost[$1, $2] = $3 }
	END {
		for (i = 1; i <= names; i++)
			if (cost["kvm", asked[i]] && ("lintel", asked[i]) in cost)
				wanted[++rows] = asked[i]
		full = 300; most = 380 / full; height = 62 + rows * 27
		printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"800\" height=\"%d\" viewBox=\"0 0 400 %d\" " \
			"font-family=\"system-ui, DejaVu Sans, Arial, sans-serif\" font-size=\"10.5\">\n", 2 * height, height
		print "<style>"
		print ".page { fill: #ffffff } text { fill: #24292f } .less { fill: #57606a; font-size: 9px }"
		print ".title { font-weight: bold; font-size: 13px } .figure { text-anchor: end; fill: #57606a }"
		print ".kvm { fill: #d0d7de } .lintel { fill: #0969da } .dearer { fill: #bc4c00 }"
		print "@media (prefers-color-scheme: dark) {"
		print ".page { fill: #0d1117 } text { fill: #e6edf3 } .less, .figure { fill: #9198a1 }"
		print ".kvm { fill: #3d444d } .lintel { fill: #4493f8 } .dearer { fill: #f0883e } }"
		print "</style>"
		print "<rect width=\"100%\" height=\"100%\" class=\"page\"/>"
		text(10, 18, "title", "Instructions that things cost")
		text(10, 32, "less", subtitle)
		text(10, 44, "less", machine "; grey: stock KVM; blue, orange where dearer: Lintel")
		for (i = 1; i <= rows; i++)
			row(38 + i * 27, wanted[i], cost["kvm", wanted[i]], cost["lintel", wanted[i]])
		print "</svg>"
	}' - "$out/$1.rows" <<'END'
CPUID.0
RDMSR APIC_BASE
x2APIC WRMSR EOI
WRMSR TSC_DEADLINE, far
OUT 43H (8254, latch)
ioeventfd, OUT of 4 bytes
OUT E0H, user space
MMIO read of 4 bytes, user space
xAPIC self-IPI, there and back
HLT, self-IPI pending
first write to a page
KVM_GET_REGS
KVM_SET_USER_MEMORY_REGION add
KVM_CREATE_VM
Linux guest, instructions to its init
END
