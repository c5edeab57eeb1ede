# SPDX-License-Identifier: GPL-2.0
# selftests SECONDS [TEST...]: each of the kernel's tests of KVM, or these, which may take so long. What one
# does not pass is said, with the reason of one that was skipped: all.sh compares that with what stock KVM
# does not pass.
. ./client.sh

# Not run: what takes too long in an emulated machine, or more memory than it has, on both (selftests.md).
left_out='hardware_disable_test max_guest_memory_test memslot_perf_test vmx_preemption_timer_test'
left_out="$left_out dirty_log_page_splitting_test"

# What the default arguments are too large for.
arguments() {
	case $1 in
	access_tracking_perf_test | demand_paging_test) echo "-b 16M" ;;
	dirty_log_perf_test) echo "-b 16M -i 2" ;;
	kvm_page_table_test) echo "-b 32M" ;;
	memslot_modification_stress_test) echo "-b 16M -i 50" ;;
	dirty_log_test) echo "-c 1024" ;;
	esac
}

# seconds: of the machine, since it was started.
seconds() {
	cut -d . -f 1 /proc/uptime
}

# reason: what a test that is not passed said of it, on one line.
reason() {
	case $1 in
	4) sed -n 's/^1\.\.0 # SKIP *-* *//p' output | head -n 1 ;;
	*) sed -n '/Test Assertion Failure/{n;s/^[[:space:]]*//p;q}' output ;;
	esac
}

# one PATH: the verdict, and what it said last.
one() {
	name=${1##*/}
	began=$(seconds)
	# shellcheck disable=SC2046 # arguments are words
	timeout -s KILL "$seconds_each" "$1" $(arguments "$name") >output 2>&1
	status=$?
	case $status in
	0) passed=$((passed + 1)) verdict=passes ;;
	4) verdict=skips ;;
	137) verdict='does not end' ;;
	*) verdict="fails ($status)" ;;
	esac
	echo "$name $verdict, $(($(seconds) - began)) s: $(reason $status)"
	case $verdict in
	passes) return ;;
	skips) ;;
	*) tail -n 12 output | sed 's/^/#   /' ;;
	esac
	echo "$name does not pass" >>said
}

# wanted NAME: is it to run?
wanted() {
	case " $left_out " in *" $1 "*) return 1 ;; esac
	case " $chosen " in *"  "* | *" $1 "*) return 0 ;; esac
	return 1
}

seconds_each=$1
shift
chosen=$*
# 6.12's begin by reading a parameter of KVM's (force_emulation_prefix), and skip where there is none. kvm.ko
# has it; without kvm_intel that takes neither VMX operation nor /dev/kvm, and Lintel goes on beside it.
[ -e /sys/module/kvm ] || { insmod /mods/irqbypass.ko && insmod /mods/kvm.ko; }
for test in $(find /selftests -type f | sort); do
	! wanted "${test##*/}" || one "$test"
done
finish_client
