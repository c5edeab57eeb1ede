# SPDX-License-Identifier: GPL-2.0
# lintel check: the dumps of KVM, Xen, HAXM and Lintel, in whatever has had them; and texts without.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

# A whole dump of Linux 6.18's, of a guest that breaks guest.rflags.if.
cat >plain <<'END'
*** Guest State ***
CR0: actual=0x0000000080050033, shadow=0x0000000080050031, gh_mask=fffffffffffffff7
CR4: actual=0x0000000000002020, shadow=0x0000000000000020, gh_mask=fffffffffffef871
CR3 = 0x0000000001000000
PDPTR0 = 0x0000000000000001  PDPTR1 = 0x0000000000002001
PDPTR2 = 0x0000000000003001  PDPTR3 = 0x0000000000004001
RSP = 0x0000000000007c00  RIP = 0x0000000000008123
RFLAGS=0x00000002         DR7 = 0x0000000000000400
Sysenter RSP=0000000000000abc CS:RIP=0010:00000000c1800000
CS:   sel=0x0010, attr=0x0c09b, limit=0xffffffff, base=0x0000000000000000
DS:   sel=0x0018, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
SS:   sel=0x0018, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
ES:   sel=0x0018, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
FS:   sel=0x0018, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
GS:   sel=0x0018, attr=0x0c093, limit=0xffffffff, base=0x0000000000000000
GDTR:                           limit=0x0000007f, base=0x0000000000001000
LDTR: sel=0x0000, attr=0x10000, limit=0x0000ffff, base=0x0000000000000000
IDTR:                           limit=0x000003ff, base=0x0000000000002000
TR:   sel=0x0020, attr=0x0008b, limit=0x00000067, base=0x0000000000003000
EFER= 0x0000000000000000
PAT = 0x0407050600070106
DebugCtl = 0x0000000000000000  DebugExceptions = 0x0000000000000000
PerfGlobCtl = 0x0000000000000003
BndCfgS = 0x0000000000000000
Interruptibility = 00000000  ActivityState = 00000000
InterruptStatus = 0000
MSR guest autoload:
   0: msr=0x00000600 value=0x0000000000000000
   1: msr=0x0000038f value=0x0000000000000003
MSR autostore:
   0: msr=0x00000010 value=0x0000000000000000
S_CET = 0x0000000000000000, SSP = 0x0000000000000000, SSP TABLE = 0x0000000000000000
*** Host State ***
RIP = 0xffffffffc0a00000  RSP = 0xffffc90000a00000
CS=0010 SS=0018 DS=0000 ES=0000 FS=0000 GS=0000 TR=0040
FSBase=00007f0000000000 GSBase=ffff888100000000 TRBase=fffffe0000003000
GDTBase=fffffe0000001000 IDTBase=fffffe0000000000
CR0=0000000080050033 CR3=0000000100000000 CR4=0000000000362ef0
Sysenter RSP=fffffe0000003000 CS:RIP=0010:ffffffff81a01000
EFER= 0x0000000000000d01
PAT = 0x0407050600070106
PerfGlobCtl = 0x0000000000000000
MSR host autoload:
   0: msr=0x00000600 value=0x0000000000000000
S_CET = 0x0000000000000000, SSP = 0x0000000000000000, SSP TABLE = 0x0000000000000000
*** Control State ***
CPUBased=0xb5a06dfa SecondaryExec=0x021237eb TertiaryExec=0x0000000000000000
PinBased=0x000000ff EntryControls=0001d1ff ExitControls=002befff
ExceptionBitmap=00060042 PFECmask=00000000 PFECmatch=00000000
VMEntry: intr_info=800000d1 errcode=00000006 ilen=00000000
VMExit: intr_info=00000000 errcode=00000000 ilen=00000003
        reason=80000021 qualification=0000000000000000
IDTVectoring: info=00000000 errcode=00000000
TSC Offset = 0xfffff45ded46dd57
TSC Multiplier = 0x0001000000000000
SVI|RVI = 00|00 TPR Threshold = 0x00
APIC-access addr = 0x0000000100001000 virt-APIC addr = 0x0000000100002000
PostedIntrVec = 0xf2
EPT pointer = 0x000000010000305e
PLE Gap=00000080 Window=00001000
Virtual processor ID = 0x0001
VE info address = 0x0000000135a04000
END

broken() {
	sed -n 's/^broken rule \([^:]*\): .*/\1/p' out | tr '\n' ' '
}

# breaks RULES COMMAND...: status 1 and these rules, or status 0 if there are none.
breaks() {
	rules=$1
	shift
	gives "$([ -z "$rules" ] && echo 0 || echo 1)" "$@" || return 1
	[ "$(broken)" = "$rules" ] || {
		echo "# broken: $(broken)"
		return 1
	}
}

# The whole answer, without the name of the file and its lines.
answer() {
	"$lintel" check --json "$1" | grep -v '"source":\|"line":\|"hypervisor":'
}

answer plain >answer.plain
# same FILE: what is read of it is what is read of the plain dump.
same() {
	answer "$1" >answer.other
	cmp -s answer.plain answer.other || {
		diff answer.plain answer.other | head -n 5
		return 1
	}
}

check "a whole dump" breaks 'guest.rflags.if ' "$lintel" check plain
check "with the values" grep -q '0x6820 = 0x2  Guest RFLAGS$' out
check "with what the processor said" grep -q \
	'^the entry failed: exit reason 0x80000021 (.*invalid guest state); qualification 0x0$' out
check "all of it is read" grep -q '^1 broken, 24[0-9] hold, 3[0-9] not checked$' out
check "from the standard input" sh -c '"$0" check - <plain | grep -q "^-:1: VMCS of KVM"' "$lintel"

# --- what stands before a line, and around

# as KIND: the dump as that kind of log has it
as() {
	awk -v kind="$1" '
	BEGIN {
		form["dmesg"] = "[10639.%06d] %s"
		form["module"] = "[   10.%06d] kvm_intel: %s"
		form["caller"] = "[10639.%06d][T78789] %s"
		form["level"] = "<3>[10639.%06d] %s"
		form["decoded level"] = "kern  :err   : [10639.%06d] %s"
		form["date"] = "[Mon Jun 24 17:25:5%.1d 2024] %s"
		form["journal"] = "Jun 24 17:25:%02d host1 kernel: %s"
		form["journal, ISO"] = "2024-06-24T17:25:%02d+0200 host1 kernel: %s"
		form["rsyslog"] = "2024-06-24T17:25:51.%06d+02:00 host-a kernel: [10639.1] %s"
		form["facility"] = "Jun 24 17:25:51 host1 kern.err kernel: [10639.%06d] %s"
		form["RFC 5424"] = "<3>1 2024-06-24T17:25:51.%06dZ host kernel - - - %s"
		form["12 hours"] = "6/24/24 5:25:%02d PM host kernel: %s"
		form["indented"] = "    [%5d.000000] %s"
		form["tabs"] = "\t\t[10639.%06d]\t%s"
		form["quoted"] = "> > [10639.%06d] %s"
		form["quoted in a page"] = "&gt; [10639.%06d] %s"
		form["table"] = "| [10639.%06d] %s |"
		form["colours"] = "\033[32m[10639.%06d] \033[0m\033[31m%s\033[0m"
		form["colours of rsyslog"] = "Jun 24 17:25:%02d h kernel: #033[31m%s#033[0m"
		form["cat -v"] = "^[[31m[10639.%06d] %s^[[0m^M"
		form["CRLF"] = "[10639.%06d] %s\r"
		form["serial line"] = "\r[10639.%06d] %s\r\r"
		form["page"] = "<span class=\"t\">[10639.%06d]</span> <b>%s</b><br/>"
		form["JSON"] = "{\"__SEQNUM\":\"%d\",\"MESSAGE\":\"%s\",\"_TRANSPORT\":\"kernel\"}"
		form["pretty JSON"] = "\t\"_SEQNUM\" : \"%d\",\n\t\"MESSAGE\" : \"%s\","
		form["container"] = "{\"n\":%d,\"log\":\"%s\\n\",\"stream\":\"stderr\"}"
		form["export"] = "__SEQNUM=%d\nMESSAGE=%s"
		form["Xen"] = "(XEN) [2019-11-02 14:09:%02d] %s"
		form["grep -n"] = (NR == 1 ? "1:" : "1-") "[10639.%06d] %s"
		form["other words"] = "I see this [10639.%06d] %s"
	}
	{
		if (kind == "other words" && NR > 1)
			kind = "dmesg"
		printf form[kind] "\n", NR % 60, $0
	}' plain
}

while IFS= read -r kind; do
	as "$kind" >log
	check "a log: $kind" same log
done <<'END'
dmesg
module
caller
level
decoded level
date
journal
journal, ISO
rsyslog
facility
RFC 5424
12 hours
indented
tabs
quoted
quoted in a page
table
colours
colours of rsyslog
cat -v
CRLF
serial line
page
JSON
pretty JSON
container
export
Xen
other words
END
as module | sed '1s/^/1:/;2,$s/^/2-/' >log
check "a log: grep -n" same log
printf '\357\273\277' | cat - plain >log
check "a byte-order mark" same log
for encoding in UTF-16LE UTF-16BE UTF-16; do
	as module | iconv -t "$encoding" >log
	check "a log in $encoding" same log
done
awk '{
	for (; $0 != ""; $0 = substr($0, 51)) {
		piece = substr($0, 1, 50)
		gsub(/=/, "=3D", piece)
		print piece (length($0) > 50 ? "=" : "")
	}
}' plain >log
check "a log in quoted-printable" same log
od -An -tu1 -v -w1 plain | awk '
	BEGIN { printf "{\"MESSAGE\":[" }
	$1 == 10 { printf "]}\n{\"MESSAGE\":["; next }
	{ printf "%d,", $1 }' >log
check "a journal's lines as bytes" same log
{
	echo 'usb 1-1: reason=0x4'
	as module | sed 's/^\(.*\)kvm_intel: CR3 .*/&\n\1audit: type=1400 reason=7 CR3 = 9/'
	echo '[   11.000000] thing: reason=3 EPT pointer = 5'
	echo 'EAX=00000000 EBX=00000000 RSP=0000000000000000 CR0=60000010 CR2=0 CR3=0 CR4=0'
} >log
check "other lines around" same log
{
	cat plain
	echo 'As you see RFLAGS=0x00000202 would do, and reason=5 has nothing to do with it.'
	echo 'RFLAGS=0x00000202'
} >log
check "words about it" same log

# --- lines in pieces

wrapped() {
	for width in 14 17 20 25 33 40 49 60 65 72 76 80; do
		fold "$@" -w "$width" plain >log
		same log || {
			echo "# at $width"
			return 1
		}
	done
}
check "wrapped at any width" wrapped
check "wrapped at blanks" wrapped -s
wrapped_log() {
	for width in 50 60 72 80; do
		as "$1" | fold -s -w "$width" >log
		same log || return 1
		as "$1" | fold -w "$width" >log
		same log || return 1
	done
}
check "a log that is wrapped" wrapped_log module
check "a mail that is wrapped" wrapped_log quoted
as module | sed 's/^\(.*\)kvm_intel: \(APIC.*\) \(virt-.*\)/\1kvm_intel: \2\n\1\3/' >log
check "what the kernel prints in two" same log
as facility | sed 's/^\(.*\]\) \(APIC.*\) \(virt-.*\)/\1 \2\n\1 \3/; s/kern.err\(.*\] virt\)/kern.warning\1/' >log
check "in two lines of other levels" same log
as dmesg | sed 's/^\[10639.0000/[  +0.0000/; 1s/^[^]]*/[Jun24 17:25/' >log
check "with times since the line before" same log

# --- values that are not there

sed 's/^EPT pointer = .*/EPT pointer =/' plain >log
check "a value that is cut off" breaks 'guest.rflags.if ' "$lintel" check log
check "is said" grep -q '^no value that could be read: EPT pointer (EPTP)$' out
sed 's/, base=0x0000000000000000/, base=0x0000xxxxxxxxxxxx/; s/GSBase=[0-9a-f]*/GSBase=****/' plain >log
check "values that somebody has hidden" breaks 'guest.rflags.if ' "$lintel" check log
check "are said too" grep -q '^no value that could be read: Host GS base$' out
head -c 2000 plain >log
check "a dump that is cut off" gives 0 "$lintel" check log
cut_anywhere() {
	at=1
	while [ "$at" -lt 3600 ]; do
		head -c "$at" plain >log
		"$lintel" check log >out 2>err
		case $?:$(broken) in
		[023]: | 1:guest.rflags.if\ ) ;;
		*) return 1 ;;
		esac
		at=$((at + 97))
	done
}
check "and nothing is made up, wherever it is" cut_anywhere
grep -v intr_info plain | sed 's/reason=80000021/reason=00000030/' >log
check "without the event no rule is broken" breaks '' "$lintel" check log
check "what is not checked has a name" sh -c \
	'"$0" check --not-checked log | grep -q "^not checked: guest.rflags.if$"' "$lintel"

# --- what is wrong for every processor

# lines LINE...: a dump of these
lines() {
	printf '%s\n' "$@" >log
}
long='EntryControls=0001d3ff ExitControls=00abefff'
lines '*** Guest State ***' 'CR0: actual=0x0000000080050013, shadow=0x0000000080050013, gh_mask=0' \
	'*** Control State ***' 'CPUBased=b5986dfa SecondaryExec=00032ce2' "$long"
check "NE is needed" breaks 'guest.cr0.fixed ' "$lintel" check log
lines '*** Guest State ***' 'CR3 = 0x800000001a02f080' '*** Control State ***' "$long"
check "bit 63 of CR3" breaks 'guest.cr3.width ' "$lintel" check log
lines '*** Guest State ***' 'CR3 = 0x000004001a02f080' '*** Control State ***' "$long"
check "bit 42 is unknown without a width" breaks '' "$lintel" check log
check "wrong with 39" breaks 'guest.cr3.width ' "$lintel" check --physical-width 39 log
check "right with 46" breaks '' "$lintel" check --physical-width 46 log
lines '*** Guest State ***' 'GDTR: limit=0x00001031, base=0x001f000000000200' \
	'*** Control State ***' "$long"
check "no address of 48 bits" breaks 'guest.gdtr_base.canonical ' "$lintel" check log
check "what was supposed is said" grep -q '^linear addresses are taken to have 48 bits' out
check "one of 57" breaks '' "$lintel" check --linear-width 57 log
sed -i '/\*\*\* Control/i *** Host State ***\nCR0=80050033 CR3=0000000100000000 CR4=0000000000363ef0' log
check "LA57 of the host" breaks '' "$lintel" check log
check "the processor has the last word" breaks 'guest.gdtr_base.canonical ' "$lintel" check \
	--linear-width 48 log
lines '*** Guest State ***' 'CR0: actual=0x0000000080050033, shadow=0x0, gh_mask=0' \
	'CR4: actual=0x0000000000752ef0, shadow=0x0, gh_mask=0' 'CR3 = 0x4000000004442000' \
	'*** Control State ***' 'EntryControls=000053ff ExitControls=000befff'
check "LAM" breaks '' "$lintel" check --physical-width 46 \
	--cpu "$top/data/cpus/ArrowLake_07_00C0662.msr" log
check "without LAM" breaks 'guest.cr4.fixed guest.cr3.width ' "$lintel" check \
	--physical-width 46 --cpu "$top/data/cpus/Skylake_00506E3.msr" log

# --- what the processor has said

# failed REASON QUALIFICATION: of a dump in which no rule is broken
failed() {
	lines '*** Guest State ***' 'RFLAGS=0x00000002         DR7 = 0x0000000000000400' \
		'*** Control State ***' 'EntryControls=0000d1ff ExitControls=002befff' \
		'VMEntry: intr_info=00000000 errcode=00000000 ilen=00000000' \
		"        reason=$1 qualification=$2"
}
failed 00000030 0000000000000184
check "an exit" breaks '' "$lintel" check log
check "is no failed entry" grep -q '^the entry did not fail, .*(EPT violation)' out
failed 80000021 0000000000000004
check "nobody knows why" gives 3 "$lintel" check log
check "but where to look" grep -q '^  guest.link_pointer.aligned: ' out
check "the answer is open in JSON" sh -c '"$0" check --json log | grep -q "\"answered\": false"' \
	"$lintel"
failed 80000021 0000000000000003
sed -i /VMEntry/d log
"$lintel" check log >out
check "an NMI" grep -q '^  guest.blocking.nmi_sti: ' out
failed 80000021 0000000000000002
"$lintel" check log >out
check "a PDPTE" grep -q 'qualification 0x2: the page-directory-pointer' out
failed 80000022 0000000000000003
check "an MSR" gives 3 "$lintel" check log
check "has a number" grep -q 'entry 3 of the MSR-load area' out
failed 00000030 0000000000000184
echo 'KVM: entry failed, hardware error 0x7' >>log
check "VM-instruction error 7" gives 3 "$lintel" check log
check "leaves the reason of the last exit" grep -q '^the entry failed: VM-instruction error 7' out
lines '*** Guest State ***'
check "nothing in it" gives 3 "$lintel" check log
tail -n 14 plain >log
check "a dump without a head" gives 3 "$lintel" check log
check "says its reason" grep -q '^the entry failed: exit reason 0x80000021' out
sed 1,8d plain >log
check "a dump that has lost its first lines" gives 3 "$lintel" check log

# --- two at once

# two FORM...: two dumps, line by line, behind these prefixes; the second one breaks nothing
two() {
	sed 's/RFLAGS=0x00000002/RFLAGS=0x00000202/; s/80000021/00000001/' plain >fine
	paste -d '\n' plain fine | awk -v one="$1" -v two="$2" '
		{ printf "%s%s\n", sprintf(NR % 2 ? one : two, NR), $0 }' >log
}
two '[  100.%06d][ T1001] ' '[  100.%06d][ T1002] '
check "two, each with its caller" breaks 'guest.rflags.if ' "$lintel" check log
check "are two" test "$(grep -c '^[1-9]*[01] broken, 24[0-9] hold' out)" -eq 2
two 'Jun 24 17:25:%02d one kernel: ' 'Jun 24 17:25:%02d two kernel: '
check "two of two machines" breaks 'guest.rflags.if ' "$lintel" check log
for form in '' '[  100.%06d] ' '[  100.%06d] kvm_intel: '; do
	two "$form" "$form"
	check "two that are mixed: '$form'" gives 3 "$lintel" check log
	check "are said to be" grep -q '^the lines of two VMCSs are mixed here' out
	check "and are not checked" test "$(grep -c '^broken' out)" -eq 0
done
cat plain plain >log
check "one after the other" breaks 'guest.rflags.if guest.rflags.if ' "$lintel" check log
as dmesg >log
as module >>log
as caller >>log
check "in logs of three kinds" test "$("$lintel" check log | grep -c '^broken rule guest.rflags.if')" -eq 3

# --- other hypervisors

as Xen | sed 's/PDPTR/PDPTE/g; s/RSP = \(0x[0-9a-f]*\)  RIP/RSP = \1 (0x0000000000000000)  RIP/
	s/RFLAGS=0x00000002 /RFLAGS=0x00000002 (0x00000002) /
	s/sel=0x\([^,]*\), attr=0x\([^,]*\), limit=0x\([^,]*\), base=0x/\1 \2 \3 /
	s/limit=0x\([^,]*\), base=0x/\1 /; s/RIP = \(0x[0-9a-f]*\)  RSP/RIP = \1 (vmx_asm)  RSP/' >log
check "Xen" same log
check "is Xen" sh -c '"$0" check log | grep -q "^log:1: VMCS of Xen$"' "$lintel"
cat >log <<'END'
haxm_panic: vcpu->tr:8089
haxm_error: 4012 VMX_ENTRY_CONTROLS: 51ff
haxm_error: 4016 VMX_ENTRY_INTERRUPT_INFO: 800000d1
haxm_error: 6820 GUEST_RFLAGS: 2
haxm_error: 6820 VMX_GUEST_RFLAGS: 2
haxm_error: 4402 VMX_EXIT_REASON: 80000021
END
check "HAXM" breaks 'guest.rflags.if ' "$lintel" check log
check "is HAXM" grep -q '^log:2: VMCS of HAXM$' out

# --- texts without a dump

lines 'KVM: entry failed, hardware error 0x80000021' 'EAX=00000000 EBX=00000000'
check "QEMU's words" refuses '^log:1:1: no VMCS is dumped here, and 0x80000021 \(.*dump_invalid_vmcs' \
	"$lintel" check log
lines 'VCPU generated error: Failed to run: VcpuExit FailEntry(2147483681, 3)'
check "Cloud Hypervisor's words" refuses '^log:1:1: .* 0x80000021 .* alone .*dump_invalid_vmcs' \
	"$lintel" check log
lines '[1.0] kvm_intel: set kvm_intel.dump_invalid_vmcs=1 to dump internal KVM state.'
check "KVM's words" refuses '^log:1:1: no VMCS is dumped here: .*parameters/dump_invalid_vmcs' \
	"$lintel" check log
lines '00000[CPU0  ] VMENTER FAIL: VMCS guest invalid CR0'
check "Bochs's words" refuses '^log:1:1: no VMCS is dumped here: Bochs' "$lintel" check log

check "the rules" gives 0 "$lintel" check --rules
check "there are many" test "$(wc -l <out)" -gt 250
check "in JSON" gives 1 "$lintel" check --json plain
check "the rule in JSON" grep -q '"rule": "guest.rflags.if"' out

# --- dumps of Lintel

printf 'VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x3f  Pin\n' >cut-off
check "a dump that is cut off" refuses '^cut-off:3:1: the dump of line 1 has no end' \
	"$lintel" check cut-off
printf 'VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x3g  Pin\nVMCS end\n' >wrong
check "a wrong digit" refuses '^wrong:2:18: 0xFIELD = 0xVALUE is needed' \
	"$lintel" check wrong

# --- what is no text, or has no end

head -c 300000 /dev/zero >zeros
check "zeros" refuses '^zeros:[0-9]+:1: no VMCS is dumped here' "$lintel" check zeros
check "nothing" refuses '^/dev/null:1:1: no VMCS' "$lintel" check /dev/null
check "a directory" refuses '^lintel: \.: Is a directory' "$lintel" check .
check "no such file" refuses '^lintel: none: No such file' "$lintel" check none
check "no file" refuses 'one file is needed' "$lintel" check
for device in zero urandom full; do
	check "/dev/$device" refuses "^lintel: /dev/$device: a device is no dump" \
		timeout 5 "$lintel" check "/dev/$device"
done
check "a device on the standard input" refuses '^lintel: -: a device is no dump' \
	timeout 5 sh -c '"$0" check - </dev/zero' "$lintel"
mkfifo fifo
check "a FIFO that nobody writes to" refuses '^fifo:1:1: no VMCS' timeout 5 "$lintel" check fifo
truncate -s 1G large
check "1 GiB of zeros" refuses '^large:1:1: no VMCS' timeout 60 prlimit --as=67108864 \
	"$lintel" check large
truncate -s 1025M large
check "more than that" refuses '^lintel: large: more than 1073741824 bytes' timeout 60 \
	"$lintel" check large
rm large
check "a pipe without an end" refuses '^lintel: -: more than 268435456 bytes' timeout 100 \
	sh -c 'yes "a line of a log that never ends" | "$0" check -' "$lintel"
yes '*** Guest State ***' | head -n 100000 | sed '$!i RFLAGS=0x00000002' >log
check "100,000 dumps" refuses '^log:819[0-9]:1: more than 4096 VMCSs' timeout 20 \
	prlimit --as=134217728 "$lintel" check log
head -c 3000000 "$(command -v bash)" >log
gzip <plain >log.gz
check "a log that is compressed" refuses '^lintel: log.gz: this is compressed: zcat' "$lintel" check log.gz
check "a program" refuses '^log:[0-9]*:1: no VMCS' timeout 20 "$lintel" check log

# --- what is said beside the dump

{
	echo '> (XEN) d2v0 VMLAUNCH error: 0x7'
	cat <<'END'
> (XEN) *** Guest State ***
> (XEN) CR0: actual=0x0000000080050033, shadow=0x0000000060000010, gh_mask=ffffffffffffffff
> (XEN) RFLAGS=0x00010002 (0x00010002)  DR7 = 0x0000000000000400
> (XEN) *** Control State ***
> (XEN) PinBased=0000003f CPUBased=b6a1edfa SecondaryExec=000214eb
> (XEN) EntryControls=000011ff ExitControls=002fefff
> (XEN) VMEntry: intr_info=8000030d errcode=00000000 ilen=00000000

What somebody answers in between.

> (XEN) VMExit: intr_info=00000000 errcode=00000000 ilen=00000005
> (XEN)         reason=00000030 qualification=0000000000000181
> (XEN) IDTVectoring: info=80000b0d errcode=0000f000
END
} >vmfail
check "check: Xen's VM-instruction error, and not the reason of the last exit" sh -c \
	"'$lintel' check --json vmfail | jq -e '.[0].entry | .failed and .vm_instruction_error == 7' >/dev/null"
check "check: that explains nothing by itself" gives 3 "$lintel" check vmfail
check "check: with a processor the injected event has no error code" sh -c \
	"'$lintel' check --cpu '$top/data/cpus/Skylake_00506E3.msr' vmfail | grep -q 'broken rule .*error_code'"
{
	echo '(XEN) d1v0 vmentry failure (reason 0x80000021): Invalid guest state (0)'
	sed -n 's/^> //; /Guest State/,/CR0/p' vmfail
} >begun
check "check: Xen's reason, of a dump without its end" sh -c \
	"'$lintel' check --json begun | jq -e '.[0].entry | .failed and .exit_reason == \"0x80000021\"' >/dev/null"
echo '[hv] VMLAUNCH failed. Instruction error = 7.' >other
check "check: a hypervisor's own words" refuses '0x7 .*lintel vmcs' "$lintel" check other
