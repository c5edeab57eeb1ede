# SPDX-License-Identifier: GPL-2.0
# lintel caps: on every recording, against a reading of the raw values that is not the command's; and
# the same for diff and compat, as far as their answers are known.
# shellcheck shell=sh disable=SC2154,SC2034 # run.sh gives the variables; read names columns

cpus=$top/data/cpus

# --- an independent reading: the halves of each MSR, in the variables hNNN and lNNN

read_file() {
	for msr in 480 481 482 483 484 48b 48c 48d 48e 48f 490 492; do
		eval "h$msr='' l$msr=''"
	done
	while read -r index value _; do
		case $index in
		0x*)
			digits=${value#0x}
			low=${digits#????????}
			eval "h${index#0x}=0x${digits%????????} l${index#0x}=0x$low"
			;;
		esac
	done <"$1"
}

truth() {
	if [ "$1" -ne 0 ]; then echo true; else echo false; fi
}

# bit HALF N
bit() {
	if [ -n "$1" ]; then truth $(($1 >> $2 & 1)); else echo null; fi
}

basic() {
	if [ -z "$h480" ]; then
		echo null null null null null null null null null null
		return
	fi
	size=$((h480 & 0x1fff))
	order=0
	while [ $((4096 << order)) -lt $size ]; do order=$((order + 1)); done
	printf '%d %d %d 0x%08x ' $((l480 & 0x7fffffff)) $size $order $((h480 - size))
	echo "$(bit "$h480" 16)" "$(bit "$h480" 17)" $((h480 >> 18 & 15)) "$(bit "$h480" 22)" \
		"$(bit "$h480" 23)" "$(bit "$h480" 24)"
}

# word PLAIN TRUE: the MSR that counts, and its halves
word() {
	eval "plain_h=\$h$1 plain_l=\$l$1 true_h=\$h$2 true_l=\$l$2"
	if [ -n "$true_h" ] && [ "$(bit "$h480" 23)" != false ]; then
		echo "0x$2 $true_l $true_h"
	elif [ -n "$plain_h" ]; then
		echo "0x$1 $plain_l $plain_h"
	else
		echo null
	fi
}

tertiary() {
	if [ -n "$h492" ]; then
		echo "0x492 0x0000000000000000 $h492${l492#0x}"
	else
		echo null
	fi
}

features() {
	pin=${h48d:-$h481}
	primary=${h48e:-$h482}
	echo "$(bit "$primary" 28) $(bit "$primary" 21) $(bit "$h48b" 1) $(bit "$h48b" 7)" \
		"$(bit "$h48b" 5) $(bit "$l48c" 17) $(bit "$l48c" 21) $(bit "$h48b" 8)" \
		"$(bit "$h48b" 9) $(bit "$pin" 7) $(bit "$pin" 6) $(bit "$h48b" 17)" \
		"$(bit "$h48b" 13) $(bit "$h48b" 25) $(bit "$h48b" 14)"
}

reading() {
	for file in "$cpus"/*.msr; do
		read_file "$file"
		echo "$file" "$(basic)" "$(word 481 48d)" "$(word 482 48e)" "$(word 48b 48b)" \
			"$(tertiary)" "$(word 483 48f)" "$(word 484 490)" "$(features)"
	done
}

answer() {
	jq -r '.[] | [.source,
		(.basic | .revision_id, .region_size, .order, .basic_cap, .physical_32bit,
			.dual_monitor, .memory_type, .ins_outs_info, .true_controls,
			.any_error_code),
		(.controls | .pin, .primary, .secondary, .tertiary, .exit, .entry |
			if . == null then "null" else .msr, .allowed0, .allowed1 end),
		(.features | .msr_bitmap, .tpr_shadow, .ept, .unrestricted_guest, .vpid, .ept_1g,
			.ept_ad, .apic_register_virtualization, .virtual_interrupt_delivery,
			.posted_interrupts, .preemption_timer, .pml, .vmfunc, .tsc_scaling,
			.shadow_vmcs)] | map(tostring) | join(" ")' all.json
}

agrees() {
	reading >wanted
	answer >got
	[ "$(wc -l <got)" -eq "$(find "$cpus" -name '*.msr' | wc -l)" ] && diff wanted got >&2
}

check "every recording can be read, and some are refused" gives 1 "$lintel" caps --json "$cpus"/*.msr
cp out all.json
check "JSON has what is in the recordings" agrees

# What Lintel chose is allowed, bit by bit.
choices_are_allowed() {
	jq -r '.[] | .controls[] | select(. != null and .value != null) |
		select(.allowed1 | length == 10) | "\(.allowed0) \(.allowed1) \(.value)"' all.json >choices
	[ "$(wc -l <choices)" -gt 500 ] || return 1
	while read -r zero one value; do
		[ $((zero & ~value)) -eq 0 ] && [ $((value & ~one)) -eq 0 ] || return 1
	done <choices
}
check "what Lintel chose is allowed" choices_are_allowed

verdicts_are() {
	[ "$(jq '[.[] | select(.verdict == "usable")] | length' all.json)" -eq \
		"$(grep -c '", USABLE},' "$top/tests/unit/cap/verdicts.h")" ] &&
		jq -e 'all(.[]; (.verdict == "usable") == (.problems == []))' all.json >/dev/null
}
check "the verdicts are those of the unit tests, with reasons" verdicts_are

no_value_where_refused() {
	jq -e 'all(.[]; .verdict == "usable" or all(.controls[]; . == null or .value == null))' \
		all.json >/dev/null
}
check "what is refused has no choice" no_value_where_refused

problem_of_bit() {
	jq -e '.[] | select(.source | endswith("vbox_Intel_Core_Duo_T2600_2_16GHz.msr")) | .problems[] |
		select(.msr == "0x480" and .bits == "48" and .value == "0x1" and
			(.text | contains("limited to 32 bits")))' all.json >/dev/null
}
check "a problem names MSR, bit and value" problem_of_bit

# --- text

each_bit_is_there() {
	gives 0 "$lintel" caps "$cpus/Skylake_00506E3.msr" || return 1
	[ "$(grep -cE ' (free|fixed [01]) +(must be [01]|[01] if possible|both) +[01]$' out)" -gt 80 ] &&
		grep -qE '^ +28  use MSR bitmaps +free +1 if possible +1$' out &&
		grep -q '^usable .*Skylake_00506E3' out && ! grep -q "$(printf '\033')" out
}
check "text: every control with its state, what is asked and what it got" each_bit_is_there

check "text: all recordings" gives 1 "$lintel" caps "$cpus"/*.msr
one_verdict_each() {
	gives 1 "$lintel" caps --brief "$cpus"/*.msr &&
		[ "$(grep -c '^usable \|^refused ' out)" -eq "$(wc -l <wanted)" ]
}
check "--brief: a verdict for each" one_verdict_each

from_stdin() {
	"$lintel" caps --json - <"$cpus/Skylake_00506E3.msr" | jq -e '.[0].source == "-"' >/dev/null
}
check "- is the standard input" from_stdin

two_processors() {
	{
		echo '# cpu: X'
		echo '[cpu 0-3]'
		grep -v '^#' "$cpus/Lakefield_00806A1_Core.msr"
		echo '[cpu 4]'
		grep -v '^#' "$cpus/Conroe_00006F6.msr"
	} >two.msr
	gives 1 "$lintel" caps --json two.msr &&
		[ "$(jq -c '[.[] | .cpu, .verdict]' out)" = \
			'["X [cpu 0-3]","usable","X [cpu 4]","refused"]' ]
}
check "a verdict for each processor of a recording" two_processors

without_an_msr() {
	grep -v '^0x48b' "$cpus/Skylake_00506E3.msr" >without.msr
	gives 1 "$lintel" caps --json without.msr &&
		jq -e '.[0] | .controls.secondary == null and .features.ept == null and
			any(.problems[]; .msr == "0x48b" and .value == null)' out >/dev/null
}
check "what a recording lacks is null" without_an_msr

true_msrs_missing() {
	grep -v '^0x48[def]\|^0x490' "$cpus/Skylake_00506E3.msr" >without.msr
	gives 1 "$lintel" caps --json without.msr &&
		[ "$(jq -c '.[0].controls | [.pin.msr, .exit.msr, .primary.value]' out)" = \
			'["0x481","0x483",null]' ]
}
check "without the TRUE MSRs the plain ones are shown" true_msrs_missing

colours_on_a_terminal() {
	command="'$lintel' caps --brief '$cpus/Skylake_00506E3.msr'"
	TERM=xterm script -qec "$command" /dev/null </dev/null | grep -q "$(printf '\033')" &&
		! TERM=xterm NO_COLOR=1 script -qec "$command" /dev/null </dev/null |
			grep -q "$(printf '\033')"
}
check "colours on a terminal, and not with NO_COLOR" colours_on_a_terminal

# In CPU time: what else runs does not count.
is_fast() {
	times >t0
	"$lintel" caps "$cpus"/*.msr >/dev/null
	times >t1
	spent=$(awk 'FNR == 2 { gsub("[ms]", " "); $0 = $0; t = -t + ($1 + $3) * 60000 + ($2 + $4) * 1000 }
		END { printf "%d", t }' t0 t1)
	[ "$spent" -le 200 ] || {
		echo "# $spent ms"
		return 1
	}
}
check "all recordings in 0.2 s" is_fast

# --- diff and compat

check "diff: equal" gives 0 "$lintel" diff "$cpus/Skylake_00506E3.msr" "$cpus/Skylake_00506E3.msr"
for format in "" --json; do
	# shellcheck disable=SC2086 # no option, or one
	check "diff: not equal $format" gives 1 "$lintel" diff $format "$cpus/Haswell5_00306C3.msr" \
		"$cpus/Skylake_00506E3.msr"
done
diff_names() {
	[ "$(jq -c '.differences[] | select(.msr == "0x48b") | [.bits, .name, .a, .b]' out)" = \
		'["15","enable ENCLS exiting","fixed 0","free"]
["16","RDSEED exiting","fixed 0","free"]
["17","enable PML","fixed 0","free"]
["18","EPT-violation #VE","fixed 0","free"]
["19","conceal VMX from PT","fixed 0","free"]
["20","enable XSAVES/XRSTORS","fixed 0","free"]' ] &&
		jq -e 'any(.differences[]; .msr == "0x489" and .bits == "21" and .name == "SMAP")' \
			out >/dev/null
}
check "diff: by name" diff_names

unnamed_bits() {
	sed "s/^0x48c 0x00000f01/0x48c 0x00004f01/" "$cpus/Skylake_00506E3.msr" >odd.msr
	gives 1 "$lintel" diff --json "$cpus/Skylake_00506E3.msr" odd.msr &&
		[ "$(jq -c '.differences[] | [.msr, .bits, .name, .a, .b]' out)" = \
			'["0x48c","46",null,"0","1"]' ]
}
check "diff: a bit without a name by its value" unnamed_bits

check "compat: compatible" gives 0 "$lintel" compat --json "$cpus/Haswell5_00306C3.msr" \
	"$cpus/Skylake_00506E3.msr" "$cpus/AlderLakeN_02_00B06E0.msr"
shared_is() {
	[ "$(jq -c '[.compatible, .shared.controls.secondary.allowed1, .shared.features.pml,
		.shared.features.ept]' out)" = '[true,"0x00007cff",false,true]' ] &&
		[ "$(jq -r '.held_back[] | select(.name == "RDSEED exiting") | .held_back_by[]' out)" = \
			"$cpus/Haswell5_00306C3.msr" ]
}
check "compat: what is shared, and who holds back" shared_is

# allowed0 and allowed1 of the primary and the secondary controls, from the halves of the MSRs.
shared_reading() {
	must1=0 may1=$((0xffffffff)) must2=0 may2=$((0xffffffff))
	for file in "$@"; do
		read_file "$file"
		must1=$((must1 | l48e)) may1=$((may1 & h48e))
		must2=$((must2 | l48b)) may2=$((may2 & h48b))
	done
	printf "0x%08x 0x%08x 0x%08x 0x%08x\n" $must1 $may1 $must2 $may2
}
shared_by_all_usable() {
	# shellcheck disable=SC2046 # names of recordings hold no spaces
	set -- $(jq -r ".[] | select(.verdict == \"usable\") | .source" all.json)
	[ $# -gt 100 ] && gives 0 "$lintel" compat --json "$@" &&
		[ "$(jq -r ".shared.controls | [(.primary, .secondary) | .allowed0, .allowed1] |
			join(\" \")" out)" = "$(shared_reading "$@")" ]
}
check "compat: what all usable ones share" shared_by_all_usable
check "compat: one is refused" gives 1 "$lintel" compat "$cpus/Conroe_00006F6.msr" \
	"$cpus/Skylake_00506E3.msr"
cannot_share() {
	# Bit 28 of the primary controls, fixed to 1 here and to 0 there.
	sed "s/^0x482 0x\(........\)0401e172/0x482 0x\11401e172/
		s/^0x48e 0x\(........\)04006172/0x48e 0x\114006172/" "$cpus/Skylake_00506E3.msr" >one.msr
	sed "s/^\(0x48[2e]\) 0xfff9fffe/\1 0xeff9fffe/" "$cpus/Skylake_00506E3.msr" >zero.msr
	gives 0 "$lintel" caps one.msr zero.msr && gives 1 "$lintel" compat --json one.msr zero.msr &&
		jq -e ".compatible == false and all(.processors[]; .verdict == \"usable\") and
			.shared.verdict == \"refused\"" out >/dev/null
}
check "compat: usable each, but not together" cannot_share

# --- names, and what QEMU and libvirt turn off

names() {
	gives 1 "$lintel" diff --names "$1" "$cpus/Haswell5_00306C3.msr" "$cpus/Skylake_00506E3.msr" && grep -q "$2" out
}
check "diff: QEMU's names" names qemu ' vmx-pml  '
check "diff: the kernel's names" names kernel ' pml  '
check "diff: the SDM's where there is no other" names kernel ' RDSEED exiting  '
check "diff: names of nobody" refuses 'sdm, qemu or kernel' "$lintel" diff --names xen a b
turned_off() {
	gives 0 "$lintel" compat --qemu "$cpus/Haswell5_00306C3.msr" "$cpus/Skylake_00506E3.msr" &&
		grep -qE '^-cpu host,.*-vmx-pml(,|$)' out && ! grep -q 'vmx-ept,' out
}
check "compat: what QEMU turns off" turned_off
check "compat: an older QEMU is not told names that it does not know" sh -c \
	"'$lintel' compat --qemu '$cpus'/*.msr >all; '$lintel' compat --qemu --qemu-version 7.2 '$cpus'/*.msr >older
	'$lintel' compat --qemu --qemu-version 10.0.2 '$cpus'/*.msr >old
	grep -q vmx-mbec all && grep -q vmx-any-errcode old && ! grep -q vmx-mbec old && ! grep -q vmx-any-errcode older"
check "compat: a version of QEMU that is none" refuses 'as 7.2 is needed' "$lintel" compat --qemu-version new a
turned_off_by_libvirt() {
	gives 0 "$lintel" compat --libvirt "$cpus/Haswell5_00306C3.msr" "$cpus/Skylake_00506E3.msr" &&
		grep -qF "<feature policy='disable' name='vmx-pml'/>" out
}
check "compat: what libvirt turns off" turned_off_by_libvirt
check "compat: nothing of one processor" sh -c \
	"[ \"\$('$lintel' compat --qemu '$cpus/Skylake_00506E3.msr')\" = '-cpu host' ]"
# A control that cannot be 0 has the name for that it may be.
no_exit() {
	sed "s/^0x48e 0x\(........\)04006172/0x48e 0x\10400e172/" "$cpus/Skylake_00506E3.msr" >exits.msr
	"$lintel" compat --qemu "$cpus/Skylake_00506E3.msr" exits.msr >out
	grep -q -e '-vmx-cr3-load-noexit' out && ! grep -q -e '-vmx-cr3-store' out
}
check "compat: a control that has to be 1" no_exit

features_differ() {
	{ cat "$cpus/Skylake_00506E3.msr" && echo 0x10a 0xc04 &&
		echo cpuid 0x7 0x0 0x0 0x00000080 0x0 0x0 && echo cpuid 0xd 0x0 0x7 0x0 0x0 0x0; } >left.msr
	{ cat "$cpus/Skylake_00506E3.msr" && echo 0x10a 0xc2b &&
		echo cpuid 0x7 0x0 0x0 0x00100080 0x0 0x0 && echo cpuid 0xd 0x0 0x207 0x0 0x0 0x0; } >right.msr
	gives 1 "$lintel" diff --json left.msr right.msr &&
		[ "$(jq -c '[.differences[] | [.msr, .register, .name]]' out)" = \
			'[[null,"CPUID.07H:EBX","SMAP"],[null,"CPUID.0DH:EAX (XCR0)","PKRU"],["0x10a","IA32_ARCH_CAPABILITIES","RDCL_NO"],["0x10a","IA32_ARCH_CAPABILITIES","IBRS_ALL"],["0x10a","IA32_ARCH_CAPABILITIES","RSBA"],["0x10a","IA32_ARCH_CAPABILITIES","SKIP_L1DFL_VMENTRY"],["0x10a","IA32_ARCH_CAPABILITIES","MDS_NO"]]' ]
}
check "diff: CPUID and feature MSRs" features_differ
check "diff: where one has none there is no difference" gives 0 "$lintel" diff left.msr "$cpus/Skylake_00506E3.msr"
check "diff: and it is said" grep -q 'recorded of one of them only' out
held_back_feature() {
	gives 0 "$lintel" compat --json left.msr right.msr &&
		jq -e 'any(.held_back[]; .name == "SMAP" and .held_back_by == ["left.msr"])' out >/dev/null
}
check "compat: a feature of CPUID" held_back_feature

# --- what can be done

advises() {
	words=$1
	shift
	"$lintel" caps --json "$@" | jq -e --arg words "$words" 'any(.[0].advice[]; contains($words))' >/dev/null
}
plain="$cpus/Skylake_00506E3.msr"
check "advice: there is none of a good processor" sh -c \
	"'$lintel' caps --json '$plain' | jq -e '.[0].advice == []' >/dev/null"
{ echo '0x03a 0x1' && grep -v '^0x03a' "$plain"; } >locked.msr
check "advice: locked by the firmware" advises "firmware's menus" locked.msr
check "advice: in the text" sh -c "'$lintel' caps locked.msr | grep -q '^what can be done:'"
{ echo '# class: virtual' && echo '0x03a 0x1' && grep '^0x' "$plain" | grep -v '^0x03a' &&
	echo cpuid 0x1 0x0 0x0 0x0 0x80000020 0x0 &&
	echo cpuid 0x40000000 0x0 0x40000001 0x7263694d 0x666f736f 0x76482074; } >azure.msr
check "advice: locked by a hypervisor, in its words" advises ExposeVirtualizationExtensions azure.msr
{ grep '^0x' "$plain" && echo cpuid 0x1 0x0 0x0 0x0 0x80000000 0x0 &&
	echo cpuid 0x40000000 0x0 0x40000001 0x4b4d564b 0x564b4d56 0x4d; } >no_vmx.msr
check "advice: a cloud without nested VMX" advises enable-nested-virtualization no_vmx.msr
{ echo '# class: virtual' && grep '^0x' "$plain" | sed 's/^0x48b .*/0x48b 0x0000000800000000/; /^0x48c/d'; } >no_ept.msr
check "advice: nested without EPT" advises 'without EPT' no_ept.msr
{ echo '# class: virtual' && grep '^0x' "$plain" | sed 's/^0x48e 0x\(........\)04006172/0x48e 0x\1040061f2/'; } >hlt.msr
check "advice: HLT exiting that is forced" advises '"HLT exiting" cannot be 0' hlt.msr
