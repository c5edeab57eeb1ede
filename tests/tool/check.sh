# SPDX-License-Identifier: GPL-2.0
# lintel check: what KVM leaves in a log, a dump of Lintel, and texts that are neither.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

cat >kvm.log <<'END'
[   10.000000] usb 1-1: reason=0x4
[   10.000001] kvm_intel: *** Guest State ***
[   10.000002] kvm_intel: CR0: actual=0x0000000080050033, shadow=0x0000000080050031, gh_mask=fffffffffffffff7
[   10.000003] kvm_intel: RFLAGS=0x00000002         DR7 = 0x0000000000000400
[   10.000004] kvm_intel: *** Host State ***
[   10.000005] kvm_intel: CR0=0000000080050033 CR3=8000000100000000 CR4=00000000003626f0
[   10.000006] kvm_intel: *** Control State ***
[   10.000007] kvm_intel: CPUBased=0xb5a06dfa SecondaryExec=0x021237eb TertiaryExec=0x0000000000000000
[   10.000008] kvm_intel: PinBased=0x000000ff EntryControls=0000d3ff ExitControls=002befff
[   10.000009] kvm_intel: VMEntry: intr_info=800000d1 errcode=00000006 ilen=00000000
END
broken() {
	sed -n 's/^broken rule \([^:]*\): .*/\1/p' out | tr '\n' ' '
}

check "check: a log of KVM's breaks a rule" gives 1 "$lintel" check kvm.log
check "check: which one" test "$(broken)" = 'guest.rflags.if '
check "check: with the values" grep -q '0x6820 = 0x2  Guest RFLAGS$' out
check "check: more is known with the processor" gives 1 "$lintel" check --physical-width 46 \
	--cpu "$top/data/cpus/Skylake_00506E3.msr" kvm.log
check "check: which they are then" test "$(broken)" = \
	'ctl.pin.allowed ctl.secondary.allowed host.cr3.width guest.rflags.if '
check "check: in JSON" gives 1 "$lintel" check --json kvm.log
check "check: the rule in JSON" grep -q '"rule": "guest.rflags.if"' out
grep -v 'intr_info' kvm.log >whole.log
check "check: without the event no rule is broken" gives 0 "$lintel" check whole.log
check "check: what is not checked has a name" sh -c \
	'"$0" check --not-checked whole.log | grep -q "^not checked: guest.rflags.if$"' "$lintel"
check "check: the rules" gives 0 "$lintel" check --rules
check "check: there are many" test "$(wc -l <out)" -gt 250

printf 'VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x3f  Pin\n' >cut-off
check "check: a dump that is cut off" refuses '^cut-off:3:1: the dump of line 1 has no end' \
	"$lintel" check cut-off
printf 'VMCS dump of Lintel, format 1\nVMCS 0x4000 = 0x3g  Pin\nVMCS end\n' >wrong
check "check: a wrong digit" refuses '^wrong:2:18: 0xFIELD = 0xVALUE is needed' \
	"$lintel" check wrong
head -c 300000 /dev/zero >zeros
check "check: zeros" refuses '^zeros:[0-9]+:1: no VMCS is dumped here' "$lintel" check zeros
check "check: nothing" refuses '^/dev/null:1:1: no VMCS' "$lintel" check /dev/null
check "check: a directory" refuses '^lintel: \.: Is a directory' "$lintel" check .
check "check: no such file" refuses '^lintel: none: No such file' "$lintel" check none
check "check: no file" refuses 'one file is needed' "$lintel" check
