#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
#	objects.sh OUT KDIR
#
# Is the module in OUT/, built against KDIR, what it should be?  Read from its objects: what shows on
# no machine whose processor, or whose kernel's parameters, leave it out.
set -u
module=$1/lintel.ko
entry=$1/linux/entry.o
switch=$1/linux/world_switch.o
out=$1
kdir=$2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
status=0

complain() {
	echo "$out: $*"
	status=1
}

# complain_of WORDS: of each line of the input.
complain_of() {
	while read -r line; do
		complain "$1 $line"
	done
}

# relocations FILE SECTION: of that section; of each its offset in decimal, type, symbol, addend.
relocations() {
	readelf -rW "$1" | awk -v wanted="'.rela$2'" '
	function number(hex,  i, n) {
		for (i = 1; i <= length(hex); i++)
			n = n * 16 + index("0123456789abcdef", substr(hex, i, 1)) - 1
		return n
	}
	/^Relocation section/ { on = $3 == wanted; next }
	on && $3 ~ /^R_X86_64/ { print number($1), $3, $5, $7 }'
}

# Each VMX instruction: section and offset.
vmx_instructions() {
	objdump -d --no-show-raw-insn "$module" | awk '
	/^Disassembly of section/ { section = substr($4, 1, length($4) - 1) }
	$2 ~ /^(vm(xon|xoff|clear|ptrld|ptrst|read|write|launch|resume|call)|inv(ept|vpid))[lq]?$/ {
		print section, substr($1, 1, length($1) - 1)
	}' | sort -u
}

# The same of those in the exception table, whose entries have three words; the first is the place.
caught_instructions() {
	relocations "$module" __ex_table | awk '$1 % 12 == 0 { print $3, $4 }' | sort -u
}

# VMX operation ends under the feet of whoever is in it when the machine goes down.
every_vmx_instruction_may_fault() {
	vmx_instructions >"$scratch/vmx"
	caught_instructions >"$scratch/caught"
	[ "$(wc -l <"$scratch/vmx")" -ge 20 ] || complain "objdump finds too few VMX instructions"
	comm -23 "$scratch/vmx" "$scratch/caught" >"$scratch/uncaught"
	complain_of "a VMX instruction has no exception-table entry:" <"$scratch/uncaught"
}

# header NAME: the file asm/NAME of the kernel that the objects were compiled for.
header() {
	grep -oh "[^ ]*/arch/x86/include/asm/$1" "$out/linux/.entry.o.cmd" | head -n 1
}

# number NAME: of X86_FEATURE_NAME, which the header has as (WORD*32+BIT).
number() {
	awk -v name="X86_FEATURE_$1" '
	$1 == "#define" && $2 == name {
		match($0, /\([^)]*\)/)
		split(substr($0, RSTART + 1, RLENGTH - 2), n, /[*+]/)
		print n[1] * n[2] + n[3]
	}' "$(header cpufeatures.h)"
}

# features OBJECT: the numbers of those that the kernel patches it by.  An entry of the table has two
# words that are relocated, and then in 16 bits the feature.
features() {
	size=$(relocations "$1" .altinstructions | awk 'NR == 3 { print $1 }')
	objcopy -O binary --only-section=.altinstructions "$1" "$scratch/alternatives"
	od -An -v -tu2 -w"$size" "$scratch/alternatives" | awk '{ print $5 }' | sort -un
}

# patched_by OBJECT NAME...
patched_by() {
	object=$1
	shift
	features "$object" >"$scratch/features"
	for name; do
		grep -qx "$(number "$name")" "$scratch/features" ||
			complain "$(basename "$object"): nothing is patched by $name"
	done
}

# Those that arch/x86/kvm/vmx/vmenter.S and vmx.c of the same kernel go by.
the_world_switch_is_patched() {
	buffers=CLEAR_CPU_BUF
	[ -z "$(number CLEAR_CPU_BUF_VM_MMIO)" ] || buffers=CLEAR_CPU_BUF_VM
	patched_by "$entry" $buffers RSB_VMEXIT RSB_VMEXIT_LITE CLEAR_BHB_LOOP_ON_VMEXIT
	[ "$(wc -l <"$scratch/features")" -eq 4 ] || complain "entry.o is patched by others too"
	patched_by "$switch" MSR_SPEC_CTRL KERNEL_IBRS IBPB_EXIT_TO_USER
}

# Where .noinstr.text calls and jumps to, without what lies in it.
called_from_noinstr() {
	objdump -dr --no-show-raw-insn -j .noinstr.text "$module" | awk '
	$2 ~ /^(call|j[a-z]+)$/ { branch = 1; next }
	branch && $2 ~ /^R_X86_64_/ { sub(/[-+]0x[0-9a-f]+$/, "", $3); print $3 }
	{ branch = 0 }' | sort -u
}

# Of the kernel, those that it has in its own .noinstr.text or, assembly, never traces; and where its
# tests of the processor's features are, until it has patched them away.
noinstr_symbols() {
	printf '%s\n' .noinstr.text .altinstr_aux __ct_user_enter __ct_user_exit __x86_return_thunk
	section=$(readelf -SW "$module" | sed -n 's/^ *\[ *\([0-9]*\)\] \.noinstr\.text .*/\1/p')
	readelf -sW "$module" | awk -v section="$section" '$7 == section { print $8 }'
}

# From where context tracking hears that the CPU is in a guest to where it hears that it is out.
nothing_traceable_runs_there() {
	noinstr_symbols | sort -u >"$scratch/noinstr"
	for name in switch_worlds deliver_nmi vmx_enter_guest; do
		grep -qx $name "$scratch/noinstr" || complain "$name is not in .noinstr.text"
	done
	called_from_noinstr >"$scratch/called"
	comm -23 "$scratch/called" "$scratch/noinstr" >"$scratch/traceable"
	complain_of "what may be traced is called from .noinstr.text:" <"$scratch/traceable"
	for section in .text .init.text .exit.text; do
		relocations "$module" $section | awk '$3 ~ /^__ct_user_/' >"$scratch/outside"
		complain_of "$section goes to the guest, for RCU:" <"$scratch/outside"
	done
	grep -qx __ct_user_enter "$scratch/called" || complain "RCU never hears of a guest"
}

# objtool complains of an indirect branch's target without ENDBR; but has it looked?
indirect_targets_are_checked() {
	grep -q '^CONFIG_X86_KERNEL_IBT=y' "$kdir/.config" || return 0
	grep -q -- '--ibt' "$out/.lintel.o.cmd" || complain "objtool did not look at indirect branches"
}

every_vmx_instruction_may_fault
the_world_switch_is_patched
nothing_traceable_runs_there
indirect_targets_are_checked
exit $status
