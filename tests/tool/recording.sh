# SPDX-License-Identifier: GPL-2.0
# Recordings as other programs and systems have them: the same values as those of a file of ours.
# shellcheck shell=sh disable=SC2154,SC2034 # run.sh gives the variables; name is used by what is evaluated

cpus=$top/data/cpus
grep '^0x' "$cpus/IceLakeSP_00606A6.msr" >ours 2>/dev/null ||
	grep '^0x' "$cpus/Skylake_00506E3.msr" >ours

# rewrite AWK: each value, with the MSR's number i (without 0x) and the value v (16 digits)
rewrite() {
	awk "{ i = substr(\$1, 3); v = substr(\$2, 3); $1 }" ours
}

# same FILE: it has just what ours has
same() {
	gives 0 "$lintel" diff ours "$1"
}

# The name of a capability MSR.
name_of() {
	sed -n "s/^CAPABILITY_MSR([A-Z0-9_]*, 0x0*$1, \"\([A-Z0-9_]*\)\".*/\1/p" \
		"$top/facts/capability_msr_list.h"
}

sed 's/$/\r/' ours >crlf
check "recording: lines that end as in Windows" same crlf
{ printf '\357\273\277' && cat ours; } >bom
check "recording: a byte-order mark" same bom
{ printf '\377\376' && sed 's/$/\r/' ours | iconv -f ascii -t utf-16le; } >utf16le
check "recording: UTF-16 of Windows" same utf16le
{ printf '\376\377' && iconv -f ascii -t utf-16be ours; } >utf16be
check "recording: UTF-16, the other order" same utf16be
rewrite 'print "0x" i " " v' >without_0x
check "recording: values without 0x" same without_0x
rewrite 'sub("^0*", "", v); print i ": " (v == "" ? "0" : v)' >loop
check "recording: a loop of rdmsr, NUMBER: VALUE" same loop
rewrite 'print "rdmsr 0x" i "\n" v' >commands
check "recording: rdmsr and its output in the next line" same commands
rewrite 'print "root@host:~# rdmsr -p 0 0x" i "\n" v' >prompt
check "recording: the same with a prompt" same prompt
rewrite 'print "# rdmsr -a 0x" i "\n" v "\n" v' >each_cpu
echo 'rdmsr: CPU 0 cannot read MSR 0x00000492' >>each_cpu
check "recording: rdmsr -a of equal processors, and an MSR that is not there" same each_cpu
while read -r index value; do
	printf '%d\n%s\n' "$index" "${value#0x}"
done <ours >turns
check "recording: number and value in turns" same turns
rewrite 'print "MSR 0x" i " = 0x" v' >equals
check "recording: MSR NUMBER = VALUE" same equals
rewrite 'print "0x" i ": " substr(v, 1, 8) " " substr(v, 9)' >halves
check "recording: a value in two halves" same halves
{
	echo 'AIDA64 v7'
	echo '------[ MSR Registers ]------'
	echo 'MSR 00000017: 0000-0000-0000-0000 [PlatID = 0]'
	rewrite 'print "MSR 00000" i ": " toupper(substr(v, 1, 4) "-" substr(v, 5, 4) "-" substr(v, 9, 4) "-" substr(v, 13))'
} | sed 's/0000003A/0000003A/; s/MSR 0000003a/MSR 0000003A/' >aida
check "recording: a list of AIDA64" same aida
named() {
	while read -r index value; do
		name=$(name_of "${index#0x}")
		eval "echo \"$1\""
	done <ours
}
{
	echo '00:00:01.000000 VirtualBox VM 7.0.20'
	# shellcheck disable=SC2016 # it is evaluated there
	named '00:00:04.288709 HM: MSR_$name   = $value'
	echo '00:00:04.288711 HM:   EXT_INT_EXIT (must be set)'
	echo '00:00:05.000000 PGM: 0x480 is no MSR here'
} >virtualbox
check "recording: a log of VirtualBox" same virtualbox
# shellcheck disable=SC2016
named '$name = $value' | tr '[:upper:]' '[:lower:]' >by_name
check "recording: a list by name" same by_name
{
	cat ours
	printf 'CPU 0:\n   0x00000001 0x00: eax=0x000906ea ebx=0 ecx=0x80000000 edx=0xbfebfbff\n'
	printf '   0x80000002 0x00: eax=0x65746e49 ebx=0x2952286c ecx=0x726f4320 edx=0x4d542865\n'
	printf '   0x80000003 0x00: eax=0x35692029 ebx=0 ecx=0 edx=0\n'
	printf '   0x80000004 0x00: eax=0x00000000 ebx=0 ecx=0 edx=0\n'
} >with_cpuid
check "recording: cpuid -r beside the MSRs" same with_cpuid
check "recording: the processor's name is CPUID's" sh -c \
	"'$lintel' caps --json with_cpuid | jq -e '.[0].cpu == \"Intel(R) Core(TM) i5\"' >/dev/null"

# Where a recording of ours is from makes it no other one.
{ echo '# class: virtual' && echo '# source: AIDA64' && cat ours && echo 'cpuid 0x80000008 0x0 0x3027 0x0 0x0 0x0'; } >source
echo 'cpuid 0x80000008 0x0 0x302e 0x0 0x0 0x0' | cat ours - >wide
check "recording: ours with the name of a program in a comment" gives 1 "$lintel" diff source wide
check "recording: its CPUID counts" grep -q 'CPUID.80000008H' out
check "recording: as a file with all its lines" refuses '^source2:4:1: ' sh -c \
	"sed '4s/.*/what/' source >source2; '$lintel' caps source2"

# --- what has no values, and what is damaged

printf 'processor\t: 0\nvendor_id\t: GenuineIntel\nvmx flags\t: vnmi ept\n' >cpuinfo
printf 'Basic VMX Information\n  Hex: 0xda040000000004\n' >vmxcap
printf '(XEN) VMX: Supported advanced features:\n(XEN)  - Virtual NMI\n' >xen
printf '  VT-x: Basic Features=0xda0400<SMM>\n        Pin-Based Controls=0x7f<ExtINT>\n' >freebsd
for file in cpuinfo vmxcap xen freebsd; do
	check "recording: $file has no values, and how to get them" \
		refuses "^$file:1:1: .*(lintel record|rdmsr)" "$lintel" caps "$file"
done
printf 'rdmsr 0x480\nda040000000004\nrdmsr 0x481\nq7f00000016\n' >damaged
check "recording: a value that is none" refuses '^damaged:4:1: ' "$lintel" caps damaged
printf '480: da040000000004\n480: da040000000005\n' >twice
check "recording: two values of one MSR" refuses '^twice:2:[0-9]+: 0x480 has two values' "$lintel" caps twice
printf '480: da040000000004 and more\n' >behind
check "recording: more behind the value" refuses '^behind:1:[0-9]+: ' "$lintel" caps behind
printf '480: da040000000004\n481: 7f000' >cut_off
check "recording: a list that may be cut off" refuses '^cut_off:2:[0-9]+: ' "$lintel" caps cut_off
printf '00:00:04 HM: MSR_IA32_VMX_BASIC = yes\n' >log
check "recording: a log with a value that is none" refuses '^log:1:[0-9]+: a hexadecimal value' \
	"$lintel" caps log
check "recording: input without end" sh -c \
	"yes 0x480 0x1 | timeout 20 '$lintel' caps - >out 2>&1; [ \$? -eq 2 ] && grep -q 'appears twice' out"
