# SPDX-License-Identifier: GPL-2.0
# Processors go offline and come back, with and without VMs, and while a guest runs on them.
. ./check.sh
. ./spin.sh

cpu1=/sys/devices/system/cpu/cpu1/online

offline() {
	echo 0 >$cpu1 && [ "$(cat $cpu1)" = 0 ]
}

online() {
	echo 1 >$cpu1 && [ "$(cat $cpu1)" = 1 ]
}

hello() {
	"$@" ./lintel run --flat16 --debug-exit 0xf4 guests/hello.flat16 >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

# The thread of the guest's only CPU: the one beside the main thread.
spin_thread() {
	for thread in "/proc/$spin/task"/*; do
		[ "${thread##*/}" = "$spin" ] || echo "${thread##*/}"
	done
}

# The processor that this thread last ran on: field 39 of its stat, the name being one word.
spin_cpu() {
	cut -d ' ' -f 39 "/proc/$spin/task/$(spin_thread)/stat"
}

# The processor goes from under the guest: the kernel moves the thread to the other, and back it is
# put when there is one again.
toggle_while_running() {
	round=0
	while [ $round -lt 5 ]; do
		taskset -p 2 "$(spin_thread)" >/dev/null && sleep 0.1 && [ "$(spin_cpu)" = 1 ] || return 1
		offline && sleep 0.1 && [ "$(spin_cpu)" = 0 ] || return 1
		online && spin_runs || return 1
		round=$((round + 1))
	done
}

check "a processor goes offline before the module is loaded" offline
check "the module loads" insmod ./lintel.ko
check "the processor comes online, and is checked" online
check "a guest runs on it" hello taskset 2
check "it goes offline while no VM exists" offline
check "a guest runs on the other" hello
check "it comes back" online
check "a guest runs on it again" hello taskset 2
check "a guest starts to spin" spin_start
check "the processor goes and comes while it runs there" toggle_while_running
check "the guest saw nothing of it" spin_end
check "another guest starts, on the other processor" spin_start taskset 1
check "the processor goes where no guest runs, while a VM exists" offline
check "and comes" online
taskset -p 2 "$(spin_thread)" >/dev/null
check "the VM that was there first runs on it, and ends" spin_end
check "a guest runs on the first" hello taskset 1
check "a guest runs on the second" hello taskset 2
check "the module unloads" rmmod lintel
finish
