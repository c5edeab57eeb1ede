# SPDX-License-Identifier: GPL-2.0
# 1,000 VMs (500 on two processors) one after the other, 200 at once, processes killed, threads kicked, memory taken away,
# files closed in any order: nothing of it stays in the kernel's memory.
. ./check.sh
. ./account.sh

users() {
	sed -n 's/^lintel [0-9]* \([0-9]*\) .*/\1/p' /proc/modules
}

round() {
	./api-tests --long="$1" stress_create_destroy && ./api-tests stress_200_vms &&
		./api-tests --long=2 stress_kill stress_kick stress_unmap stress_create_unused &&
		./api-tests stress_many_vcpus stress_create_vcpu_race stress_slot close
}

check "a first round, that fills caches which stay" round 5
account before
kernel_before=$kernel free_before=$free objects_before=$objects
# With several processors each takes longer in the emulator: as many fewer VMs.
check "$((1000 / LAB_CPUS)) VMs, and the rest" round $((50 / LAB_CPUS))
account after
# A kernel with KASAN keeps what was freed for a while (and kmemleak knows better: faults.sh asks it).
room=512
[ ! -e /sys/kernel/debug/kmemleak ] || room=8192
check "the kernel's memory is as it was (within $room KiB)" test $((kernel - kernel_before)) -lt $room
check "as much is free as before (within $room KiB)" test $((free_before - free)) -lt $room
# One object lost for each VM would be 700 or more; what the processors hold back is 250 now and then.
check "no objects are left (within 450)" test $((objects - objects_before)) -lt 450
check "no VM is left in debugfs" test "$(find /sys/kernel/debug/lintel -name 'vcpu*' | wc -l)" -eq 0
check "nobody uses the module" test "$(users)" = 0
check "it unloads" rmmod lintel
finish
