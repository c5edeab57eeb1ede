# SPDX-License-Identifier: GPL-2.0
# lintel explain: counts against the raw values, every topic's completeness, what it refuses.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

# How many physical recordings have bit N (of 64) of MSR 0xM 1: not by the command's code.
count_bit() {
	awk -v msr="0x$1" -v bit="$2" '
		FNR == 1 { physical = 0 }
		/^# class: physical/ { physical = 1 }
		physical && $1 == msr {
			digit = substr($2, length($2) - int(bit / 4), 1)
			value = index("0123456789abcdef", tolower(digit)) - 1
			count += int(value / 2 ^ (bit % 4)) % 2
		}
		END { print count + 0 }' "$top"/data/cpus/*.msr
}

counts() {
	gives 0 "$lintel" explain --json "$1" &&
		[ "$(jq '.[0].topics[0].recorded.yes' out)" -eq "$2" ]
}

says() {
	pattern=$1
	shift
	gives 0 "$lintel" explain "$@" && grep -q "$pattern" out
}

check 'explain counts "use TSC scaling"' counts secondary:25 "$(count_bit 48b 57)"
check 'explain counts "unrestricted guest"' counts unrestricted "$(count_bit 48b 39)"
check 'explain counts "enable IPI virtualization"' counts tertiary:4 "$(count_bit 492 4)"
check 'explain counts EPT pages of 1 GByte' counts 0x48c:17 "$(count_bit 48c 17)"
check 'explain counts a field with its control' counts field:0x2032 "$(count_bit 48b 57)"
check 'explain counts an exit reason with its control' counts exit:62 "$(count_bit 48b 49)"

check 'explain joins words' says '^unrestricted guest: bit 7' unrestricted guest
check 'explain takes several words' says '^VM entry with invalid control' primary:28 error:7
check 'explain knows an exit reason with the flag of a failure' \
	says '^VM-entry failure due to invalid guest state: exit reason 33' 0x80000021
check 'explain shows each kind of thing a number is' says '^ENQCMD PASID' 0x48
check 'explain tells why Lintel asks a capability' says 'has 4 levels' 0x48c:6
check 'explain tells on which features an MSR hangs' \
	says 'there if *CPUID\.07H:EDX\[26\], \[27\] or \[31\] is 1$' msr:0x48
check 'explain tells so of features of several words' \
	says 'CPUID\.80000001H:EDX\.RDTSCP\[27\] or CPUID\.07H:ECX\.RDPID\[22\] is 1$' msr:0xc0000103
check 'explain tells what hangs on a control' says 'EPT violation (exit:48)' enable-ept

complete() {
	gives 0 "$lintel" explain --all --json &&
		jq -e 'length > 400 and all(.[]; (.name | length > 0) and (.section | length > 0)
			and (.text | length > 0) and (.id | length > 0))
			and ([.[].id] | unique | length) == length' out >jq.out
}
check 'explain --all has name, section and text of everything' complete

from_directory() {
	mkdir data && cp "$top"/data/cpus/Skylake_00406E3.msr data/ &&
		gives 0 "$lintel" explain --json --data data secondary:1 &&
		jq -e '.[0].topics[0].recorded | .physical == 1 and .yes == 1 and
			.first.name == "Skylake"' out >jq.out
}
check 'explain --data counts another directory' from_directory

check 'a choice has status 1' gives 1 "$lintel" explain cr3
check 'nothing found has status 1' gives 1 "$lintel" explain xyzzy
near() {
	gives 1 "$lintel" explain unrestrictd gest && grep -q 'unrestricted guest' out
}
check 'a misspelled name has neighbours' near
check 'explain without a word' refuses 'a word is needed' "$lintel" explain
check 'explain --all with a word' refuses 'takes no words' "$lintel" explain --all ept
check 'explain --data without a directory' refuses 'nowhere' "$lintel" explain --data nowhere ept
damaged() {
	mkdir bad && printf '0x480 0x1\n0x480 0x2\n' >bad/a.msr &&
		refuses '^bad/a.msr:2:1: ' "$lintel" explain --data bad ept
}
check 'explain --data names the place of the damage' damaged
check 'explain has no colours in a file' sh -c "'$lintel' explain ept:1 exit:1 | grep -vq '\\033'"
range() {
	gives 0 "$lintel" explain --json 0x480:32 &&
		jq -e '.[0].topics[0] | .recorded == null and .range.smallest == "0x400" and
			.range.known == 141' out >jq.out
}
check 'explain tells the range of a number' range

# --- names of others, and guesses

# meant IDS WORD...: all words are one question, and these are the ids of what is meant.
meant() {
	ids=$1
	shift
	gives 0 "$lintel" explain --json "$@" &&
		[ "$(jq -r '.[] | select(.match == "meant") | .topics[].id' out | tr '\n' ' ')" = "$ids " ]
}

# matches MATCH WORD: with status 1
matches() {
	gives 1 "$lintel" explain --json "$2" && [ "$(jq -r '.[0].match' out)" = "$1" ]
}

check 'explain: three letters in the middle of words are nothing' matches nothing SVM
check 'explain: so are the last ones of a word' matches nothing MDS
check 'explain: a letter is nothing' matches nothing r
check 'explain: a word of two names is a choice' matches choice VE
check 'explain: the beginning of a word is a guess' matches guess unrestr
check 'explain: a guess is called so' sh -c "'$lintel' explain preempt | grep -q 'a guess'"
check 'explain: a part of a word is a guess' matches guess reempt
matches_text() {
	gives 1 "$lintel" explain misc && grep -q 'msr:0x485 .*IA32_VMX_MISC' out
}
check 'explain: a choice lists all' matches_text

# Each name of QEMU's, by MSR and bit, stands for that alone, but for the one that it has twice.
qemu_names() {
	while read -r where names; do
		bit=0
		for name in $names; do
			case $name,$where:$bit in
			-,* | vmx-invept-single-context,*) ;;
			*) echo "$name $where:$bit" ;;
			esac
			bit=$((bit + 1))
		done
	done <"$top/tests/tool/qemu.names" | sort >wanted
	# shellcheck disable=SC2046 # the names have no blanks
	gives 0 "$lintel" explain --json $(cut -d' ' -f1 wanted) || return 1
	jq -r '.[] | "\(.word) \([.topics[].id] | join(" "))"' out | sort >got
	[ "$(wc -l <wanted)" -gt 90 ] && diff wanted got >&2
}
check 'explain: every name of QEMU is that of one control or bit' qemu_names
check 'explain: the name that QEMU has twice' meant '0x48c:25 0x48c:41' vmx-invept-single-context
check 'explain: QEMU has no name more' test "$(grep -c 'ALIAS(QEMU, ' "$top/facts/alias_list.h")" -eq \
	"$(cut -d' ' -f2- "$top/tests/tool/qemu.names" | tr ' ' '\n' | grep -cv '^-$')"
for row in 'vnmi pin:5' 'ept_x_only 0x48c:0' 'ept_5level 0x48c:7' 'flexpriority primary:21 secondary:0' \
	'apicv pin:7 primary:21 secondary:8 secondary:9' 'vtpr primary:21' 'mtf primary:27' 'vapic secondary:0' \
	'vid secondary:9' 'ept_mode_based_exec secondary:22' 'eptp_switching 0x491:0' 'ipi_virt tertiary:4' \
	'TertiaryExec field:0x2034' 'EPT#VE secondary:18' 'INT_WINDOW_EXIT primary:2' \
	'PROCBASED2_UNRESTRICTED_GUEST secondary:7'; do
	check "explain: ${row%% *} is ${row#* }" meant "${row#* }" "${row%% *}"
done
check "explain: Xen's words" meant primary:28 'MSR direct-access bitmap'
names_of() {
	gives 0 "$lintel" explain --json primary:15 &&
		jq -e '.[0].topics[0].names.QEMU == ["vmx-cr3-load-noexit"]' out >jq.out
}
check 'explain: JSON has the names by program' names_of

# --- what logs say

check 'explain: exit reason N' meant exit:48 exit reason 48
check 'explain: exit reason N as one word' meant exit:48 'exit reason 48'
check 'explain: error N' meant error:8 error 8
check 'explain: VM-instruction error N' meant error:8 VM-instruction error 8
check 'explain: hexadecimal digits without 0x' meant exit:34 80000022
check 'explain: the same of an exit' meant exit:34 exit:80000022
check "explain: QEMU's failed entry" meant exit:33 'KVM: entry failed, hardware error 0x80000021'
check "explain: QEMU's failed entry with an instruction error" meant error:8 hardware error 0x8
check "explain: QEMU's failed entry with neither" meant kvm-exit:9 hardware error 0x0
check "explain: QEMU's unknown exit" meant exit:78 'KVM: unknown exit, hardware reason 78'
check "explain: QEMU's internal error" meant suberror:3 'KVM internal error. Suberror: 3'
check 'explain: an exit of KVM' meant kvm-exit:17 KVM_EXIT_INTERNAL_ERROR
check 'explain: a rule of VM entry' meant rule:guest.rflags.if guest.rflags.if
check 'explain: a rule that is broken' meant rule:guest.cs.base 'broken rule guest.cs.base: CS'
check 'explain: a bit of an MSR by name' meant 0x480:55 IA32_VMX_BASIC:55
check 'explain: a bit in brackets' meant 0x48c:16 'IA32_VMX_EPT_VPID_CAP[16]'
check 'explain: bit N of a word' meant secondary:17 secondary bit 17
check 'explain: newer exit reasons' meant 'exit:80 exit:81 exit:84 exit:85' exit:80 exit:81 exit:84 exit:85
says_so() {
	gives 1 "$lintel" explain 0x80000b0e && grep -q 'a guess' out && grep -q '#PF' out
}
check 'explain: a number that could be interruption information' says_so
guessed() {
	gives 1 "$lintel" explain --json "$1" && [ "$(jq -r '.[0] | "\(.match) \(.values | length)"' out)" = "$2" ]
}
check 'explain: the same as JSON' guessed 0x80000b0e 'guess 1'
check 'explain: an NMI' guessed 0x80000202 'guess 1'
check 'explain: an interrupt' guessed 0x800000d1 'guess 1'
check 'explain: a type of event that there is not' guessed 0x80000120 'nothing 0'
check 'explain: an NMI with another vector' guessed 0x80000205 'nothing 0'
check 'explain: reserved bits of interruption information' guessed 0x80010b0e 'nothing 0'
check 'explain: a failed entry is one, whatever else it could be' meant exit:33 0x80000021
check 'explain: the conditions of URDMSR' says 'IA32_USER_MSR_CTL' exit:80
# Lines as hypervisors have them.
while IFS='|' read -r id line; do
	check "explain: $line" meant "$id" "$line"
done <<'END'
exit:33|(XEN) d1v0 vmentry failure (reason 0x80000021): Invalid guest state (0)
exit:34|(XEN) d2v1 vmentry failure (reason 0x80000022): MSR loading (entry 1)
error:7|(XEN) d2v0 VMLAUNCH error: 0x7
error:8|[hv] VMLAUNCH failed. Instruction error = 8.
error:8|ERROR: - vm_instruction_error: VM entry with invalid host-state field(s)
exit:33|[1:2] VM-entry failure exit reason: ffffffff00000021
exit:33|kvm: vm entry failed with error 0x80000021
exit:33|CPU 0: Failed to enter VM, reason 33, code 0
exit:33|haxm_debug:....exit_reason.raw 80000021, cpu 0 0
exit:9|haxm_panic: Unhandled vmx vmexit reason:9
exit:48|vcpu_vmexit_handler(): The first vmexit reason is 48.
exit:33|EXIT_REASON_INVALID_GUEST_STATE
END
check 'explain: data of an internal error' guessed 'extra data[1]: 80000b08' 'guess 1'
check 'explain: part of a dump' says 'rule of VM entry is broken' 'Guest State'
check 'explain: what the log has of the firmware' says 'firmware' 'kvm: VMX disabled by BIOS'

# --- values

# decodes BITS TEXT WORD...: the value has these bits, with that text (ERE)
decodes() {
	bits=$1 text=$2
	shift 2
	gives 0 "$lintel" explain --json "$@" && [ "$(jq -r --arg bits "$bits" \
		'[.[].values[].bits[] | select(.bits == $bits) | "\(.name) \(.value) \(.text)"] | first' out |
		grep -cE "$text")" -eq 1 ]
}
check 'explain: the qualification of an EPT violation' decodes 5:3 'none' exit:48 0x182
check 'explain: the same, in words' decodes 8 'page that' exit reason 48 0x182
check 'explain: the same of a page-table entry' decodes 8 'page tables' exit:48 0x82
check 'explain: a control-register access' decodes 11:8 'R9' exit:28 0x900
check 'explain: LMSW has no register' sh -c "! '$lintel' explain exit:28 0xa0030 | grep -q general"
check 'explain: an I/O instruction' decodes 31:16 'port 0x3f8' exit:30 0x3f80008
check 'explain: invalid guest state' decodes 63:0 'link pointer' exit:33 4
check 'explain: interruption information' decodes 7:0 '#GP' interruption information 0x80000b0d
check 'explain: the vector of an interrupt is no exception' decodes 7:0 '^vector 0xd null' \
	intr_info 0x8000000d
check 'explain: an NMI' decodes 7:0 'NMI' 'IDT-vectoring information' 0x80000202
check 'explain: access rights of code' decodes 3:0 'code, execute/read, accessed' access rights 0xa09b
check 'explain: access rights of a system segment' decodes 3:0 'TSS, busy' access rights 0x8b
check 'explain: CR0' decodes 31 'paging' CR0 0x80000011
check 'explain: EFER' decodes 10 'active' EFER 0xd01
check 'explain: an EPT pointer' decodes 51:12 '0x7654000' EPTP 0x765405e
check 'explain: an EPT entry' decodes 2:0 'misconfiguration' EPT entry 0x1232
check 'explain: a capability MSR' decodes 7 'may be 0 and 1' 0x48b 0x8000000000
check 'explain: a capability MSR of fields' decodes 53:50 '0x6' 0x480 0x18000000000001
check 'explain: IA32_FEATURE_CONTROL that is locked' decodes 2 'the firmware has VMX off' 0x3a 0x1
check 'explain: a failed entry with reason 0' decodes 31:0 'clouds' FAIL_ENTRY 0
check "explain: Rust's FailEntry" decodes 15:0 'invalid guest state' 'FailEntry(2147483681, 0)'
check 'explain: a line of a dump' decodes 17 'enable PML' 'PinBased=0x3f SecondaryExec=00020002'
check 'explain: reason and qualification' decodes 63:0 'PDPTEs' \
	'kvm_intel: reason=80000021 qualification=0000000000000002'
check 'explain: a qualification alone' decodes 63:0 'depends on the exit reason' qualification 0x181
check 'explain: a bit without a name' decodes 15 'null 0x1' CR4 0x8000
check 'explain: two MSRs are two questions' meant 'msr:0x480 msr:0x481' 0x480 0x481
check 'explain: words that are too long' sh -c \
	"head -c 5000 /dev/zero | tr '\\0' a | xargs '$lintel' explain >/dev/null; [ \$? -eq 123 ]"
