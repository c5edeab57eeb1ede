# SPDX-License-Identifier: GPL-2.0
# A machine that works round the weaknesses of its processor: what the kernel wrote into the module's
# code when it loaded it has to be what this kernel says that it does, and guests run on it.
. ./check.sh
. ./expect-log.sh

vulnerabilities=/sys/devices/system/cpu/vulnerabilities

# What the code must have for what the kernel says, and must not have when no row asks for it: the
# file in vulnerabilities; what it has to say; the name of what must be there; why.
needs() {
	cat <<END
mds                      |Clear CPU buffers                     |verw     |what the host left in the buffers is not for the guest
tsx_async_abort          |Clear CPU buffers                     |verw     |likewise
reg_file_data_sampling   |Clear Register File                   |verw     |likewise, of registers
spectre_v2               |^Mitigation: (Retpolines\|IBRS)       |fill-all |a RET of the host would go where the guest called from
spectre_v2               |^Mitigation: Enhanced.*PBRSB-eIBRS: SW|fill-one |the first RET would, with enhanced IBRS too
spectre_v2               |KVM: SW loop                          |history  |the guest's branches would lead those of the host
spectre_v2               |Retpolines                            |retpoline|the guest would teach indirect branches where to go
spectre_v2               |LFENCE                                |lfence   |likewise
indirect_target_selection|Aligned branch/return thunks          |its      |branches in the lower half of a cache line go astray
retbleed                 |Stuffing                              |stuffing |a RET without its CALL goes where the guest says
END
}

# needed NAME: whether a row asks for it; says which.
needed() {
	needs | sed 's/\\|/@/g' | awk -F '|' -v name="$1" -v dir=$vulnerabilities '
	{
		for (i = 1; i <= 3; i++)
			sub(/ *$/, "", $i)
		gsub(/@/, "|", $2)
		if ($3 != name)
			next
		said = ""
		getline said <(dir "/" $1)
		if (said ~ $2) {
			print "# " name ", because " $1 " says \"" said "\": " $4
			found = 1
		}
	}
	END { exit !found }'
}

# has LINE WORD: the line of `patched' has it.
has() {
	grep -qE "^$1( .*)? $2( |=|\$)" patched-code
}

has_not() {
	! has "$1" "$2"
}

# has_words PATTERN: the world switch has them in this order.
has_words() {
	grep -qE "^switch .*$1" patched-code
}

# as_needed NAME COMMAND...: the command succeeds if a row asks for NAME, and fails if none does.
as_needed() {
	name=$1
	shift
	if needed "$name"; then "$@"; else ! "$@"; fi
}

# The two forms of FILL_RETURN_BUFFER.
fills_all() {
	has_words 'exit load store fill fill loop lfence'
}

fills_one() {
	has_words 'exit load store fill lfence'
}

retpolines() {
	has branches '__x86_indirect_(call_|jump_)?thunk' && has_not branches plain &&
		has_not branches lfence
}

# Every CALL counts, those through a thunk in it, and so does every RET.
stuffs() {
	has branches __x86_indirect_call_thunk && has_not branches __x86_indirect_thunk &&
		has returns '(call_depth|its)_return_thunk' && has_not returns ret
}

# In the lower half is nothing left, and what was there goes through the other.
its_branches() {
	has_not branches plain-lower-half && has_not branches its-thunk-in-the-wrong-half &&
		{ has branches its-thunk || has branches __x86_indirect_its_thunk ||
			has branches __x86_indirect_thunk; }
}

its_returns() {
	has returns its_return_thunk && has_not returns ret-lower-half
}

# cpu_has LINE WORD: of the first processor in /proc/cpuinfo.
cpu_has() {
	grep -m 1 "^$1" /proc/cpuinfo | grep -qw "$2"
}

flush_is_needed() {
	cpu_has bugs l1tf && cpu_has flags flush_l1d
}

guests_run() {
	LINTEL=./lintel sh guests/run.sh hello exceptions msr speculation crs memory fpu >guests-output 2>&1 || {
		tail -n 30 guests-output
		return 1
	}
}

for file in "$vulnerabilities"/*; do
	echo "# $(basename "$file"): $(cat "$file")"
done
./patched lintel.ko >patched-code
check "the code is read, and every instruction of the world switch is known" test $? -eq 0
sed 's/^/# /' patched-code

check "nobody switched the mitigations off" fails grep -qw mitigations=off /proc/cmdline
check "the kernel's constants are read-only" fails grep -qw rodata=off /proc/cmdline
check "its watchdog watches" test "$(cat /proc/sys/kernel/watchdog)" = 1
if needed verw; then
	check "the buffers are cleared, last before the entry" has_words 'load verw vmlaunch vmresume'
else
	check "no VERW is needed, and none is there" has_not switch verw
fi
check "the whole return stack buffer is filled, or not" as_needed fill-all fills_all
check "one place of it is, or not" as_needed fill-one fills_one
check "the branch history is cleared, or not" as_needed history has switch clear_bhb_loop
check "after IA32_SPEC_CTRL is written; the status comes then, and the return last" \
	has_words 'wrmsr lfence (clear_bhb_loop )?status [a-z_0-9]+$'
check "branches go through retpolines, or not" as_needed retpoline retpolines
check "or are fenced, or not" as_needed lfence has branches lfence
check "calls are counted for the return stack, or not" as_needed stuffing stuffs
if needed its; then
	check "no branch is in the wrong half of a line" its_branches
	check "and no return" its_returns
else
	check "nothing was moved to another half of a line" has_not branches its-thunk
fi
if flush_is_needed; then
	check "the L1 data cache is flushed" grep -qx 'flush_l1d 1' patched-code
	check "and the kernel says so" grep -q 'VMX: cache flushes' $vulnerabilities/l1tf
else
	check "the L1 data cache is not flushed" grep -qx 'flush_l1d 0' patched-code
fi
check "guests run" guests_run
# As before any hypervisor was there; and one that is refused leaves nothing either.
check "the module unloads" rmmod lintel
check "and the kernel says nothing of a hypervisor any more" fails grep -q 'VMX' $vulnerabilities/l1tf
expect_log 'Call Trace' # the kernel's own, of a name that is taken
check "with a device's name that is taken it does not load" fails insmod ./lintel.ko device=cpu_dma_latency
expect_log nothing
check "and the kernel says nothing of it" fails grep -q 'VMX' $vulnerabilities/l1tf
finish
