# SPDX-License-Identifier: GPL-2.0
# Load and unload, over and over, with a VM in between now and then: nothing is left behind.
. ./check.sh

slab_pages() {
	awk '/^(Slab|PageTables|KernelStack|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' \
		/proc/meminfo
}

rounds() {
	round=0
	while [ $round -lt "$1" ]; do
		round=$((round + 1))
		insmod ./lintel.ko || return 1
		[ $((round % 10)) -ne 0 ] || hello || return 1
		rmmod lintel || return 1
	done
}

hello() {
	./lintel run --flat16 --debug-exit 0xf4 guests/hello.flat16 >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

# The first rounds fill caches of the kernel that stay.
check "10 rounds to warm up" rounds 10
sync
echo 3 >/proc/sys/vm/drop_caches
before=$(slab_pages)
check "100 rounds" rounds 100
echo 3 >/proc/sys/vm/drop_caches
after=$(slab_pages)
echo "kernel memory: $before KiB before, $after KiB after"
check "no memory is lost (within 512 KiB)" test $((after - before)) -lt 512
check "the module is gone" fails grep -q '^lintel ' /proc/modules
finish
