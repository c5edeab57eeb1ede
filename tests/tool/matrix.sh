# SPDX-License-Identifier: GPL-2.0
# lintel matrix: the page as text, and the data.  What it does in a browser: tests/page.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

cpus=$top/data/cpus

# Nothing is fetched, whatever it is called.
stands_alone() {
	! grep -nE '(src|href|action|srcset|data)="?[^"d]|url\(|@import|import\(|fetch\(|XMLHttp' page
}

# Each processor that was recorded has its column.
has_all() {
	sets=$(cat "$cpus"/*.msr | grep -c '^\[')
	files=$(grep -L '^\[' "$cpus"/*.msr | wc -l)
	[ "$(grep -c '^<th scope="col" class="c[0-9]' page)" -eq $((sets + files)) ]
}

# What a recording says is text, whatever it looks like.
is_text() {
	sed 's|^# cpu:.*|# cpu: <script>document.title="x"</script><img src=x onerror=y> \&amp; "q"|' \
		"$cpus/Skylake_00506E3.msr" >'<b>.msr'
	gives 0 "$lintel" matrix '<b>.msr' && ! grep -qE '<script>d|<img|<b>\.msr' out &&
		grep -qF '&lt;script&gt;document' out && grep -qF '&amp;amp; &quot;q&quot;' out
}

# value FILE GROUP NAME: what the data says of the processor of that file.
value() {
	"$lintel" matrix --only --json "$cpus/$1" | tr -d '\n' | sed 's/  */ /g; s/}, {/}\n{/g' |
		sed -n "s/.*\"group\": \"$2\", \"name\": \"$3\", \"values\": \[ \([^]]*\) \].*/\1/p"
}

# A group of their own after all others, out of the sums: those are of the physical ones.
emulated_apart() {
	emulated=$(grep -l '^# class: emulated' "$cpus"/*.msr | wc -l)
	physical=$(grep -l '^# class: physical' "$cpus"/*.msr | wc -l)
	"$lintel" matrix --json >all.json &&
		jq -e "[.cpus[].class] | .[:$physical] == [range($physical) | \"physical\"] and
			.[-$emulated:] == [range($emulated) | \"emulated\"]" all.json >jq.out &&
		sed -n '/data-kind="emulated"/,/<\/th>/p' page | grep -q "\"count\">$emulated<" &&
		grep -q "have it, of $physical<" page
}

# One's own come first, and count for nothing.
own_apart() {
	gives 0 "$lintel" matrix --json "$cpus/Skylake_00506E3.msr" &&
		jq -e '.cpus[0].own and ([.cpus[] | select(.own)] | length) == 1' out >jq.out &&
		gives 0 "$lintel" matrix "$cpus/Skylake_00506E3.msr" &&
		grep -q "have it, of $(grep -l '^# class: physical' "$cpus"/*.msr | wc -l)<" out &&
		grep -q 'data-key="Yours" data-kind="own"' out
}

# Every row and every column can be named in an address, each by a name of its own.
addresses_are_unique() {
	sed -n 's/^<tr id="\([^"]*\)".*/\1/p' page >ids
	[ "$(wc -l <ids)" -gt 100 ] && [ -z "$(sort ids | uniq -d)" ] && grep -qx 'secondary:7' ids &&
		grep -qx '0x48c:6' ids && [ -z "$(grep -o 'data-key="[^"]*"' page | sort | uniq -d)" ]
}

# row ID PATTERN: what the row of that id has.
row() {
	sed -n "/^<tr id=\"$1\"/,/<\/tr>/p" page | grep -q "$2"
}

check "matrix: the page is written" gives 0 "$lintel" matrix -o page
check "matrix: nothing else is printed" test ! -s out
check "matrix: it needs nothing else" stands_alone
check "matrix: it has all recorded processors" has_all
check "matrix: a recording cannot put HTML in it" is_text
check "matrix: a control that may be 0 or 1" \
	test "$(value Skylake_00506E3.msr 'secondary processor-based' 'enable EPT')" = true
check "matrix: one that cannot be 1" \
	test "$(value Haswell5_00306C3.msr 'secondary processor-based' 'enable PML')" = false
check "matrix: one that is always 1" \
	test "$(value vbox_Intel_Core_Duo_T2600_2_16GHz.msr 'primary processor-based' \
		'CR3-load exiting')" = '"forced"'
check "matrix: a word that was not recorded" \
	test "$(value TigerLake3_00806C1.msr 'tertiary processor-based' 'IPI virtualization')" = null
check "matrix: emulated processors stand apart, as many as were recorded" emulated_apart
check "matrix: a number" \
	test "$(value Skylake_00506E3.msr IA32_VMX_BASIC 'memory type for the VMCS')" = 6
check "matrix: no such file" refuses '^lintel: none\.msr: No such file' "$lintel" matrix none.msr
check "matrix: nowhere to write to" refuses '^lintel: no/page: No such file' "$lintel" matrix -o no/page
check "matrix: one's own recordings beside the others" own_apart
check "matrix: --only needs files" refuses 'which FILEs' "$lintel" matrix --only
check "matrix: addresses lead to one cell" addresses_are_unique
check "matrix: QEMU's name of a control" row secondary:7 'data-qemu="vmx-unrestricted-guest" data-kernel="unrestricted_guest"'
check "matrix: the search finds other names" row secondary:7 '<code>UG</code> by FreeBSD'
check "matrix: those of a capability, too" row 0x48c:17 'vmx-ept-1gb</code> by QEMU'
