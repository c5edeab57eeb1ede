# SPDX-License-Identifier: GPL-2.0
# selftests SECONDS: each of the kernel's tests of KVM, which may take so long. What one does not pass is
# said, with the reason of one that was skipped: all.sh compares that with what stock KVM does not pass.
. ./client.sh

# Not run: what takes too long in an emulated machine, or more memory than it has, on both.
left_out='hardware_disable_test max_guest_memory_test memslot_perf_test vmx_preemption_timer_test'

# What the default arguments are too large for.
arguments() {
	case $1 in
	access_tracking_perf_test | demand_paging_test) echo "-b 16M" ;;
	dirty_log_perf_test) echo "-b 16M -i 2" ;;
	kvm_page_table_test) echo "-b 32M" ;;
	memslot_modification_stress_test) echo "-b 16M -i 50" ;;
	xapic_ipi_test) echo "-s 3" ;;
	esac
}

# one PATH: the verdict, and what it said last.
one() {
	name=${1##*/}
	# shellcheck disable=SC2046 # arguments are words
	timeout -s KILL "$seconds_each" "$1" $(arguments "$name") >output 2>&1
	case $? in
	0) passed=$((passed + 1)) verdict=passes ;;
	4) verdict="skips: $(sed -n 's/^1\.\.0 # SKIP *-* *//p' output | head -n 1)" ;;
	137) verdict='does not end' ;;
	*) verdict="fails: $(grep -m 1 -A 1 'Test Assertion Failure' output | tail -n 1 | tr -s ' \t' ' ')" ;;
	esac
	echo "$name $verdict"
	[ "$verdict" = passes ] || echo "$name does not pass" >>said
}

seconds_each=$1
# 6.12's look for its parameters.
[ -e /sys/module/kvm ] || insmod kvm.ko 2>/dev/null || modprobe kvm 2>/dev/null
for test in $(find /selftests -type f | sort); do
	case " $left_out " in
	*" ${test##*/} "*) continue ;;
	esac
	one "$test"
done
finish_client
