# SPDX-License-Identifier: GPL-2.0
# Suspend and resume with a guest in the middle of its work: the way to memory and back a step at a
# time (pm_test), then all of it.  The other processors go offline, VMX operation ends on the first,
# and it is reset.
. ./check.sh
. ./expect-log.sh
. ./spin.sh

pm=/sys/power

# cycle STEP: as far as that; "none": to the end.
cycle() {
	echo "$1" >$pm/pm_test && echo mem >$pm/state && spin_runs
}

came_back() {
	dmesg | grep -c 'PM: suspend exit'
}

slept() {
	dmesg | grep -q 'PM: Low-level resume complete'
}

hello_everywhere() {
	cpu=0
	while [ $cpu -lt "$LAB_CPUS" ]; do
		taskset $((1 << cpu)) ./lintel run --flat16 --debug-exit 0xf4 guests/hello.flat16 \
			>/dev/null 2>&1 </dev/null
		[ $? -eq 1 ] || return 1
		cpu=$((cpu + 1))
	done
}

echo 1 >/sys/module/suspend/parameters/pm_test_delay
# On the first processor, as the second one's TSC begins anew at the reset and Linux leaves it so.
check "a guest spins" spin_start taskset 1
# Linux 6.1: on the way back ACPI allocates before the clock runs; now and then the allocator needs a
# page then, and with it a random number, and with that the time.
expect_log 'WARNING: .* at kernel/time/timekeeping.c:[0-9]* ktime_get_seconds|Call Trace'
for step in freezer processors core; do
	check "as far as \"$step\" and back" cycle $step
done
check "to sleep, and back" cycle none
expect_log nothing
check "it came back each time" test "$(came_back)" = 4
check "and slept" slept
check "the guest goes on as if nothing had been" spin_end
check "a guest runs on every processor" hello_everywhere
check "the module unloads" rmmod lintel
finish
