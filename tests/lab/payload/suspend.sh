# SPDX-License-Identifier: GPL-2.0
# Suspend and resume with a guest in the middle of its work: all of the way to memory and back but
# for the sleep itself (pm_test), each time a step further.  In the last of them the other processors
# go offline, and VMX operation ends on the first.
. ./check.sh
. ./expect-log.sh
. ./spin.sh

pm=/sys/power

# cycle STEP: as far as that.
cycle() {
	echo "$1" >$pm/pm_test && echo mem >$pm/state && spin_runs
}

came_back() {
	dmesg | grep -c 'PM: suspend exit'
}

hello() {
	./lintel run --flat16 --debug-exit 0xf4 guests/hello.flat16 >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

echo 1 >/sys/module/suspend/parameters/pm_test_delay
check "a guest spins" spin_start
for step in freezer devices platform processors; do
	check "to \"$step\" and back" cycle $step
done
# Linux 6.1, without Lintel too: ACPI allocates before the clock is back, and the allocator asks for
# a random number, and that for the time.
expect_log 'WARNING: .* at kernel/time/timekeeping.c:[0-9]* ktime_get_seconds|Call Trace'
check 'to "core" and back' cycle core
expect_log nothing
check "it came back each time" test "$(came_back)" = 5
check "the guest goes on as if nothing had been" spin_end
check "a guest runs on every processor" sh -c '
	for cpu in $(seq 0 $((LAB_CPUS - 1))); do
		taskset $((1 << cpu)) ./lintel run --flat16 --debug-exit 0xf4 guests/hello.flat16 \
			>/dev/null 2>&1 </dev/null
		[ $? -eq 1 ] || exit 1
	done'
check "the log has no word of Lintel about it" fails log_has 'lintel:.*resume\|lintel:.*differ'
check "the module unloads" rmmod lintel
finish
