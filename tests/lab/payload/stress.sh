# SPDX-License-Identifier: GPL-2.0
# 1,000 VMs (500 on two processors) one after the other, 200 at once, processes killed, threads kicked, memory taken away,
# files closed in any order: nothing of it stays in the kernel's memory.
. ./check.sh

# What is counted, in KiB: slabs, page tables, stacks, vmalloc, per-CPU data; and the free memory.
meminfo() {
	awk -v names="$1" '
		BEGIN { n = split(names, name, " "); for (i = 1; i <= n; i++) wanted[name[i] ":"] }
		$1 in wanted { sum += $2 }
		END { print sum }' /proc/meminfo
}

# The objects of the caches that everybody allocates from and of the files and processes.
objects() {
	awk '$1 ~ /^(kmalloc-|filp$|anon_inode|mm_struct$|task_struct$|signal_cache$)/ { sum += $2 }
		END { print sum }' /proc/slabinfo
}

# settle: let what waits for grace periods and workqueues end, and empty the caches, those of free pages
# that each processor keeps for itself among them (compaction does it).
settle() {
	for round in 1 2 3; do
		sleep 0.5
		echo 3 >/proc/sys/vm/drop_caches
		echo 1 >/proc/sys/vm/compact_memory
	done
}

measure() {
	settle
	kernel=$(meminfo "Slab PageTables KernelStack VmallocUsed Percpu")
	free=$(meminfo MemFree)
	objects=$(objects)
	echo "# $1: kernel memory $kernel KiB, free $free KiB, $objects objects"
}

users() {
	sed -n 's/^lintel [0-9]* \([0-9]*\) .*/\1/p' /proc/modules
}

round() {
	./api-tests --long="$1" stress_create_destroy && ./api-tests stress_200_vms &&
		./api-tests --long=2 stress_kill stress_kick stress_unmap stress_create_unused &&
		./api-tests stress_many_vcpus stress_create_vcpu_race stress_slot close
}

check "a first round, that fills caches which stay" round 5
measure before
kernel_before=$kernel free_before=$free objects_before=$objects
# With several processors each takes longer in the emulator: as many fewer VMs.
check "$((1000 / LAB_CPUS)) VMs, and the rest" round $((50 / LAB_CPUS))
measure after
check "the kernel's memory is as it was (within 512 KiB)" test $((kernel - kernel_before)) -lt 512
check "as much is free as before (within 1 MiB)" test $((free_before - free)) -lt 1024
# One object lost for each VM would be 700 or more; what the processors hold back is 250 now and then.
check "no objects are left (within 450)" test $((objects - objects_before)) -lt 450
check "no VM is left in debugfs" test "$(find /sys/kernel/debug/lintel -name 'vcpu*' | wc -l)" -eq 0
check "nobody uses the module" test "$(users)" = 0
check "it unloads" rmmod lintel
finish
