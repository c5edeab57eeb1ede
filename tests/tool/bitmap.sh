# SPDX-License-Identifier: GPL-2.0
# lintel bitmap: pages made here bit by bit, single accesses, the picture, what it refuses.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

# page BYTE OFFSET: a page of ones, with one byte set
page() {
	head -c 4096 /dev/zero | tr '\0' '\377' >page
	printf '%b' "\\0$1" | dd of=page bs=1 seek="$2" conv=notrunc 2>dd.err
}

# opens QUERY: of `page', by jq
opens() {
	gives 0 "$lintel" bitmap --json ./page && jq -e "$1" out >jq.out
}

closed() {
	page 377 0
	opens '.open == 0 and all(.quarters[]; .open == [])'
}
check 'a page of ones opens nothing' closed

# Byte 0x420, bit 0: the read of C0000100H.  Byte 0xc10, bit 7: the write of C0000087H.
one_read() {
	page 376 1056
	opens '.open == 1 and .quarters[1].open == [{"first": "0xc0000100", "last": "0xc0000100",
		"name": "IA32_FS_BASE", "by_policy": true}]'
}
check 'a read of a high MSR is found' one_read
one_write() {
	page 177 3088
	opens '.open == 1 and .quarters[3].open == [{"first": "0xc0000087", "last": "0xc0000087",
		"name": null, "by_policy": false}]'
}
check 'a write of a high MSR that the policy does not open is found' one_write
low() {
	page 0 2059
	opens '.open == 8 and .quarters[2].open[0].first == "0x58" and
		.quarters[2].open[0].last == "0x5f"'
}
check 'writes of low MSRs are found' low

# passes WHETHER-IT-EXITS WORDS...
passes() {
	exits=$1
	shift
	gives 0 "$lintel" bitmap --json "$@" && [ "$(jq .exits out)" = "$exits" ]
}
check 'the policy lets IA32_FS_BASE be read' passes false read 0xc0000100
check 'the policy lets IA32_FS_BASE be written' passes false write ia32_fs_base
check 'the policy lets IA32_TSC be read' passes false read 0x10
check 'but not written' passes true write 0x10
check 'nor IA32_LSTAR be read' passes true read LSTAR
check 'an MSR outside both ranges exits' passes true read 0x40000000
check 'the MSR after the high range exits' passes true read 0xc0002000
check 'x2APIC mode opens the TPR' passes false --x2apic read 0x808
check 'other modes do not' passes true read 0x808
page_access() {
	page 177 3088
	passes false ./page write 0xc0000087 && passes true ./page read 0xc0000087
}
check 'an access is looked up in a page' page_access
place() {
	gives 0 "$lintel" bitmap write 0xc0000082 &&
		grep -q 'bit 2 of byte 0xc10 of the page is 1' out
}
check 'an access names its byte and bit' place
policy() {
	gives 0 "$lintel" bitmap --json &&
		jq -e '(.policy | length > 40) and all(.policy[]; .why | length > 0) and
			all(.quarters[].open[]; .by_policy)' out >jq.out
}
check 'the policy has a reason for each row' policy

picture() {
	gives 0 "$lintel" bitmap --svg "$@" && xmllint --noout out && grep -q "$pattern" out
}
pattern='>0xc0000102 IA32_KERNEL_GS_BASE<'
check 'the picture is well-formed and names what is open' picture
head -c 4096 /dev/zero >'a<b&c'
pattern='a&lt;b&amp;c'
check 'and of a page of zeroes, whose name has to be quoted' picture './a<b&c'
awk 'BEGIN { for (i = 0; i < 4096; i++) printf "U" }' >stripes
pattern='>and [0-9]* more<'
check 'and of one with 16384 single bits' picture stripes

head -c 4095 /dev/zero >short
head -c 4097 /dev/zero >long
: >empty
check 'a short file' refuses '^lintel: short: 4095 bytes' "$lintel" bitmap short
check 'a long file' refuses '^lintel: long: longer' "$lintel" bitmap long
check 'an empty file' refuses '^lintel: empty: 0 bytes' "$lintel" bitmap empty
check 'a file without end' refuses '^lintel: /dev/zero: longer' "$lintel" bitmap /dev/zero
check 'a directory' refuses 'Is a directory' "$lintel" bitmap .
check 'no file' refuses 'No such file' "$lintel" bitmap ./nothing
check 'no MSR' refuses 'which MSR' "$lintel" bitmap read
check 'an unknown MSR' refuses 'no MSR is called' "$lintel" bitmap read xyzzy
check 'a number that is no MSR' refuses 'MSR 0x100000000' "$lintel" bitmap read 0x100000000
check 'an ambiguous MSR' refuses 'MSRs are called' "$lintel" bitmap read mtrr
check 'a vCPU without a VM' refuses 'of which VM' "$lintel" bitmap --vcpu 1
check 'x2APIC mode of another page' refuses 'not about another page' "$lintel" bitmap -x long
check 'a VM that is a path' refuses 'is meant' "$lintel" bitmap --vm ../x
check 'a VM that is not there' refuses 'No such file' "$lintel" bitmap --vm 0-0
