# SPDX-License-Identifier: GPL-2.0
# /sys/kernel/debug/kvm, on stock KVM and on Lintel: each statistic that Lintel counts, of all VMs and of
# each, and what root's 0 makes of it.
. ./check.sh
. ./spin.sh

debug=/sys/kernel/debug/kvm
grow='remote_tlb_flush remote_tlb_flush_requests halt_successful_poll halt_attempted_poll halt_poll_invalid
	halt_wakeup halt_poll_success_ns halt_poll_fail_ns halt_wait_ns exits io_exits mmio_exits signal_exits
	irq_window_exits nmi_window_exits halt_exits request_irq_exits irq_exits pf_taken pf_emulate tlb_flush
	host_state_reload fpu_reload insn_emulation_fail hypercalls irq_injections nmi_injections req_event
	directed_yield_attempted directed_yield_successful'
# These go up and down, and nobody clears them.
go='pages_4k pages_2m pages_1g blocking'

has_numbers() {
	for name in $grow $go; do
		grep -qE '^[0-9]+$' "$1/$name" || { echo "# $1/$name" && return 1; }
	done
}

# have_mode DIR MODE NAME...
have_mode() {
	dir=$1 mode=$2
	shift 2
	for name in "$@"; do
		[ "$(stat -c %a "$dir/$name")" = "$mode" ] || { echo "# $dir/$name" && return 1; }
	done
}

# has_no_other DIR: for stock KVM counts more.
has_no_other() {
	# shellcheck disable=SC2086 # the names are words
	[ "$(find "$1" -maxdepth 1 -type f | wc -l)" -eq "$(echo $grow $go | wc -w)" ]
}

# take DIR NUMBER NAME...: each takes it.
take() {
	dir=$1 number=$2
	shift 2
	for name in "$@"; do
		echo "$number" >"$dir/$name" || { echo "# $dir/$name" && return 1; }
	done
}

# take_not DIR NUMBER NAME...: none does.
take_not() {
	dir=$1 number=$2
	shift 2
	for name in "$@"; do
		! echo "$number" >"$dir/$name" || { echo "# $dir/$name" && return 1; }
	done 2>/dev/null
}

value() {
	cat "$1/$2"
}

at_least() {
	[ "$2" -ge "$1" ]
}

# directory PROCESS: of its VM.
directory() {
	find $debug -maxdepth 1 -name "$1-*"
}

# shellcheck disable=SC2086 # the names are words
checks_of() {
	check "$2 has the numbers" has_numbers "$1"
	check "$2: those that only grow can be cleared" have_mode "$1" 644 $grow
	check "$2: the others can be read" have_mode "$1" 444 $go
	[ ! -d /sys/kernel/debug/lintel ] || check "$2 has no others" has_no_other "$1"
}

# shellcheck disable=SC2086 # the names are words
writes_to() {
	check "$2: no number but 0 is taken" take_not "$1" 1 $grow
	check "$2: nor what is none" take_not "$1" none $grow
	check "$2: what goes up and down takes none" take_not "$1" 0 $go
	before=$(value "$1" exits)
	check "$2: what only grows takes 0" take "$1" 0 $grow
	check "$2: and begins anew" at_least "$(value "$1" exits)" "$before"
}

checks_of $debug "the directory"
check "without a VM nothing was counted" test "$(cat $debug/exits $debug/pages_4k $debug/pages_2m)" = "$(printf '0\n0\n0')"
check "a guest spins" spin_start
if [ -d /sys/kernel/debug/lintel ]; then
	own=$(find /sys/kernel/debug/lintel -maxdepth 1 -name "$spin-*")
	check "nobody has looked: there is no directory" fails test -e "$debug/${own##*/}"
fi
vm=$(directory "$spin")
checks_of "$vm" "the VM's directory"
for name in exits io_exits irq_exits fpu_reload; do
	check "$name is counted" at_least 1 "$(value "$vm" $name)"
done
check "pages are, too" at_least 1 $(($(value "$vm" pages_4k) + $(value "$vm" pages_2m)))
first=$(value "$vm" exits)
sleep 0.3
check "exits go on" at_least $((first + 1)) "$(value "$vm" exits)"
check "a second guest spins" other_start
other_vm=$(directory "$other")
least=$(($(value "$vm" io_exits) + $(value "$other_vm" io_exits)))
check "the sum has both" at_least $least "$(value $debug io_exits)"
faults=$(value "$other_vm" pf_taken)
check "pages were fetched for both" at_least $((faults + 1)) "$(value $debug pf_taken)"
writes_to "$vm" "the VM's directory"
check "the sum is the other's now" test "$faults" -gt 0 -a "$(value $debug pf_taken)" -eq "$faults"
writes_to $debug "the directory"
check "which clears the other's" test "$(value "$other_vm" pf_taken)" -eq 0
check "the second ends" other_end
check "its directory is gone" fails test -e "$other_vm"
if [ -d /sys/kernel/debug/lintel ]; then
	check "it has the same name in Lintel's directory" test -d "/sys/kernel/debug/lintel/${vm##*/}"
	# Stock KVM keeps the VM while one of its files is open.
	exec 6<"$vm/exits"
fi
check "the guest ends well" spin_end
check "its directory is gone" fails test -e "$vm"
check "and what it counted" test "$(value $debug exits)" -eq 0
if [ -d /sys/kernel/debug/lintel ]; then
	check "a file that was left open has nothing" fails cat <&6
	exec 6<&-
fi
finish
