# SPDX-License-Identifier: GPL-2.0
# Sourced, after check.sh: what of the kernel's memory is in use, so that what is lost shows.
#	account WORDS: let what ends end, and set kernel (KiB), free (KiB), objects
#	pages_of MODULE: how many allocations of pages are the module's (page_owner=on), or nothing
#	forgotten: memory that nobody knows any more (kmemleak), in the words of the kernel, or nothing

# What is counted, in KiB: slabs, page tables, stacks, vmalloc, per-CPU data.
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

# The free pages, in KiB, with those that each processor keeps for itself: between nothing and 2 MiB here,
# which MemFree leaves out, so that it rises and falls with what ran last.
free() {
	awk '$1 == "nr_free_pages" || $1 == "count:" { pages += $2 }
		END { print pages * 4 }' /proc/zoneinfo
}

# settle: let what waits for grace periods and workqueues end, and empty the caches.
settle() {
	for round in 1 2 3; do
		sleep 0.5
		echo 3 >/proc/sys/vm/drop_caches
	done
}

account() {
	settle
	kernel=$(meminfo "Slab PageTables KernelStack VmallocUsed Percpu")
	free=$(free)
	objects=$(objects)
	echo "# $1: kernel memory $kernel KiB, free $free KiB, $objects objects"
}

# The file has a paragraph for each allocation, with the stack that it came from.
pages_of() {
	awk -v RS= -v module="[$1]" 'index($0, module) { count++ } END { print count + 0 }' \
		/sys/kernel/debug/page_owner
}

# The second scan, some seconds later, is for what moved during the first.
forgotten() {
	leaks=/sys/kernel/debug/kmemleak
	[ -e $leaks ] || return 0
	echo scan >$leaks
	sleep 6
	echo scan >$leaks
	cat $leaks
}
