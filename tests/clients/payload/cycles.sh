# SPDX-License-Identifier: GPL-2.0
# cycles N OPTION...: a guest that works is saved and goes on in a new QEMU, N times. It counts on from where
# it was each time; at the end there is as much free memory as after the first cycles, and the module goes.
. ./shared.sh

cycles=$1
shift
counting='dd if=/dev/urandom of=/r bs=64k count=16 2>/dev/null; i=0; while true; do i=$((i + 1)); md5sum /r >/sum; cat /sum >>/r; echo count $i; done'

# used_kb: what the kernel and programs hold that does not go when it is asked for.
used_kb() {
	echo 3 >/proc/sys/vm/drop_caches
	awk '$1 == "Slab:" || $1 == "Percpu:" || $1 == "VmallocUsed:" || $1 == "KernelStack:" ||
		$1 == "PageTables:" { sum += $2 } END { print sum }' /proc/meminfo
}

free_kb() {
	awk '$1 == "MemFree:" { print $2 }' /proc/meminfo
}

# cycle OPTION...: 1 when it did not go on, or not from where it was.
cycle() {
	save || return 1
	stood_at=$(last_count)
	quit || return 1
	resume "$@" && wait_for serial '^count ' || return 1
	first=$(sed -n 's/^count \([0-9]*\).*/\1/p' serial | head -n 1)
	[ "$first" -ge "$stood_at" ]
}

# all_cycles OPTION...: what is held after the first tenth, and at the end.
all_cycles() {
	done=0
	while [ $done -lt "$cycles" ]; do
		cycle "$@" || return 1
		done=$((done + 1))
		[ $done -ne $((cycles / 10)) ] || used_before=$(used_kb) free_before=$(free_kb)
	done
	used_after=$(used_kb) free_after=$(free_kb)
	echo "count $(last_count); kernel $used_before kB, then $used_after; free $free_before kB, then $free_after"
}

check "QEMU started" start_shared "$@"
check "the guest counts" counts_on
check "it went on $cycles times" all_cycles "$@"
check "and goes on" counts_on
check "the kernel holds no more than before" [ "$((used_after - used_before))" -lt 1024 ]
check "as much is free" [ "$((free_before - free_after))" -lt 4096 ]
check "QEMU ended" quit
check "the module goes" unloads
finish_client
