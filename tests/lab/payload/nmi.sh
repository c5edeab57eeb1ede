# SPDX-License-Identifier: GPL-2.0
# NMIs of the host while every processor runs a guest: the kernel gets each of them, and the guests
# nothing.
. ./check.sh
. ./expect-log.sh
. ./spin.sh

# Each processor that is asked answers with where it is.
answers() {
	dmesg | grep -c 'NMI backtrace for cpu'
}

# Those that were in a guest.
handed_over() {
	dmesg | grep -c 'RIP: .*deliver_nmi'
}

# Until some were, and often enough that this is no matter of luck; the rest is between two exits.
ask() {
	rounds=0
	while [ $rounds -lt 40 ] && { [ $rounds -lt 5 ] || [ "$(handed_over)" -lt 3 ]; }; do
		rounds=$((rounds + 1))
		echo l >/proc/sysrq-trigger
		sleep 0.1
	done
}

# This shell asks from the last processor, so that the first is in its guest nearly always.
taskset -p $((1 << (LAB_CPUS - 1))) $$ >/dev/null
check "a guest spins on the first processor" spin_start taskset 1
[ "$LAB_CPUS" = 1 ] || check "and one on the second" other_start taskset 2
expect_log 'NMI backtrace|Call Trace'
ask
expect_log nothing
echo "# $(answers) backtraces, $(handed_over) of them from where Lintel hands an NMI over"
check "every processor answered every time" test "$(answers)" -eq $((rounds * LAB_CPUS))
check "some were in a guest" test "$(handed_over)" -ge 3
check "the guest on the first saw nothing" spin_end
[ "$LAB_CPUS" = 1 ] || check "nor did that on the second" other_end
check "no NMI was one that nobody knows" fails log_has 'Uhhuh\|NMI received for unknown reason'
finish
