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
sed 's/MSR_IA32_VMX_VMFUNC/MSR_A32_VMX_VMFUNC/' virtualbox >virtualbox4
check "recording: a log of VirtualBox 4" same virtualbox4
of_course() {
	sed -n "s/^0x$1 /[   56.1477] ### $2 MSR: /p" ours
}
{
	of_course 481 'Pinbased Controls'
	echo '[   56.1477]   External Interrupt Exiting: Can set=Yes, Can clear=Yes'
	of_course 482 'Procbased Controls'
	of_course 48b 'Procbased2 Controls' | sed 's/$/ ###/'
	of_course 483 'Exit Controls'
	of_course 484 'Entry Controls'
} >course
grep -E '^0x48[1-4b] ' ours >those
check "recording: controls by name in the kernel's log" gives 0 "$lintel" diff those course
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

printf '(XEN) VMX: Supported advanced features:\n(XEN)  - Virtual NMI\n' >xen
printf '  VT-x: Basic Features=0xda0400<SMM>\n        Pin-Based Controls=0x7f<ExtINT>\n' >freebsd
for file in xen freebsd; do
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

# --- what is told by name, and so in part

# The controls of a word that have a name, in the words of vmxcap: WORD TITLE PLAIN TRUE, the MSRs of ours
# (TRUE: - where there is none).
words_of() {
	plain=$(sed -n "s/^0x$3 0x//p" ours)
	true=$(sed -n "s/^0x$4 0x//p" ours)
	echo "$2"
	awk -v word="$1" -v plain="$plain" -v true="$true" '
		function bit(text, n) {
			digit = index("0123456789abcdef", substr(text, length(text) - int(n / 4), 1)) - 1
			return int(digit / 2 ^ (n % 4)) % 2
		}
		FILENAME ~ /alias/ {
			if (match($0, /^CONTROL_ALIAS\(VMXCAP, "[^"]*"/)) {
				name = substr($0, 24, RLENGTH - 24)
				split(substr($0, RLENGTH + 3), parts, ", ")
				other[parts[1], parts[2]] = name
			}
			next
		}
		match($0, "^CONTROL\\(" word ", [0-9]+, [A-Z0-9_]+") {
			split(substr($0, 9, RLENGTH - 8), parts, ", ")
			n = parts[2]
			getline
			split($0, quoted, "\"")
			name = (word, parts[3]) in other ? other[word, parts[3]] : toupper(substr(quoted[2], 1, 1)) substr(quoted[2], 2)
			answer = bit(plain, n + 32) ? bit(plain, n) ? "forced" : "yes" : "no"
			if (answer == "forced" && true != "" && !bit(true, n) && bit(true, n + 32))
				answer = "default"
			printf "  %-40s %s\n", name, answer
		}' "$top/facts/alias_list.h" "$top/facts/control_list.h"
}

# TITLE MSR
hex_of() {
	printf '%s\n  Hex: 0x%x\n' "$1" "$(sed -n "s/^0x$2 //p" ours | grep . || echo 0)"
}

{
	hex_of 'Basic VMX Information' 480
	echo '  Revision                                 4'
	words_of PIN 'pin-based controls' 481 48d
	words_of PRIMARY 'primary processor-based controls' 482 48e
	words_of SECONDARY 'secondary processor-based controls' 48b -
	words_of TERTIARY 'tertiary processor-based controls' 492 -
	words_of EXIT 'VM-Exit controls' 483 48f
	words_of ENTRY 'VM-Entry controls' 484 490
	hex_of 'Miscellaneous data' 485
	hex_of 'VPID and EPT capabilities' 48c
	hex_of 'VM Functions' 491
} >vmxcap

# json STATUS FILE FILTER: caps of the file is so
json() {
	gives "$1" "$lintel" caps --json "$2" && jq -e "$3" out >jq.out
}
check "recording: vmxcap tells in part" json 3 vmxcap '.[0].verdict == "unknown"'
check "recording: of vmxcap no name is lost" gives 3 "$lintel" diff ours vmxcap
not_compared() {
	gives 3 "$lintel" diff --json ours vmxcap &&
		jq -e '[.not_compared[] | select(.msr == "0x48b" or .msr == "0x480" or .msr == "0x48c").bits]
			== [1]' out >jq.out
}
check "recording: of vmxcap just bits without a name and MSRs without a section are open" not_compared
features() {
	gives 3 "$lintel" caps --json vmxcap && jq '.[0].features' out >told &&
		gives 0 "$lintel" caps --json ours && jq '.[0].features' out >recorded && diff told recorded
}
check "recording: of vmxcap all features are known" features
check "recording: bits that vmxcap does not name are unknown" json 3 vmxcap \
	'.[0].controls.pin.unknown1 != "0x00000000" and .[0].controls.tertiary == null'
sed '/Enable EPT/s/yes/no/' vmxcap >without_ept
check "recording: what vmxcap tells refuses" json 1 without_ept \
	'.[0].verdict == "refused" and (.[0].problems | length) >= 1 and ([.[0].problems[].msr] | unique) == ["0x48b"]'
check "recording: and differs" sh -c \
	"'$lintel' diff vmxcap without_ept | grep -q 'enable EPT .*A: free .*B: fixed 0'"
sed 's/ \(yes\|forced\|default\)$/ no/; s/Hex: .*/Hex: 0x0/' vmxcap >nothing
check "recording: vmxcap where there is no VMX" json 1 nothing '.[0].problems[0].text | test("every VMX")'
sed '/NMI exiting/s/yes/ja/' vmxcap >damaged_answer
check "recording: vmxcap with another answer" refuses '^damaged_answer:6:1: no, yes, default' "$lintel" caps damaged_answer
cat vmxcap without_ept >two_of_it
check "recording: two processors of vmxcap" refuses '^two_of_it:[0-9]+:1: .*otherwise before' "$lintel" caps two_of_it
head -n 12 vmxcap >short
check "recording: the beginning of vmxcap" json 3 short '.[0].features.ept == null and .[0].controls.pin != null'
check "compat: of one it is not known" gives 3 "$lintel" compat ours vmxcap
check "compat: that is no yes and no no" sh -c \
	"'$lintel' compat --json ours vmxcap | jq -e '.compatible == null and .processors[1].verdict == \"unknown\"' >/dev/null"
check "compat: what vmxcap tells is enough for QEMU" sh -c \
	"[ \"\$('$lintel' compat --qemu ours vmxcap)\" = '-cpu host' ]"
check "matrix: what is not told is null" sh -c "'$lintel' matrix --only --json vmxcap | jq -e \
	'[.rows[] | select(.name == \"enable EPT\" or .name == \"Lintel runs on it\").values[0]] == [null, true]' >/dev/null"

text_of_cpuinfo() {
	printf 'processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 94\n'
	printf 'model name\t: Some Processor\nstepping\t: 3\nflags\t\t: fpu vme %s\n' "$1"
	[ -z "$2" ] || printf 'vmx flags\t: %s\n' "$2"
}
text_of_cpuinfo 'vmx ept' 'vnmi ept vpid ept_ad flexpriority ipi_virt' >cpuinfo
check "recording: /proc/cpuinfo tells what may be 1" json 3 cpuinfo \
	'.[0].features | .ept and .vpid and .ept_ad and .tpr_shadow and .pml == null and .ept_1g == null'
check "recording: and what these need" json 3 cpuinfo \
	'.[0].controls | .primary.allowed1 == "0x80220000" and .tertiary.allowed1 == "0x0000000000000010"'
check "recording: and the name" json 3 cpuinfo '.[0].cpu == "Some Processor"'
text_of_cpuinfo 'vmx ept hypervisor vnmi' '' >old_cpuinfo
check "recording: flags of an older kernel" json 3 old_cpuinfo '.[0].features.ept and .[0].features.vpid == null'
text_of_cpuinfo '' '' >without_vmx
check "recording: /proc/cpuinfo without VMX" refuses '^without_vmx:[0-9]+:1: .*names nothing of VMX' "$lintel" caps without_vmx
{ cat cpuinfo && text_of_cpuinfo vmx 'vnmi'; } >two_kinds
check "recording: processors of two kinds" refuses '^two_kinds:16:1: these differ' "$lintel" caps two_kinds
check "diff: what may be 1 and what cannot" sh -c "'$lintel' diff cpuinfo without_ept |
	grep -q 'enable EPT .*A: may be 1 .*B: fixed 0'"
check "compat: what /proc/cpuinfo tells is not enough for QEMU" \
	refuses 'cpuinfo: it is not told whether this processor has vmx-' "$lintel" compat --qemu ours cpuinfo
check "check: a recording in part is one without those MSRs" sh -c "'$lintel' check --cpu cpuinfo --rules >/dev/null"
