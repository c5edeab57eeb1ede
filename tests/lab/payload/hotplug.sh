# SPDX-License-Identifier: GPL-2.0
# Processors go offline and come back, with and without VMs, and while one runs.
. ./check.sh

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

# A guest that stays in the guest: it must leave the processor that goes, and run on.
spin_start() {
	./api-tests --long stress_migrate >spin-output 2>&1 &
	spin=$!
}

spin_alive() {
	kill -0 $spin 2>/dev/null
}

toggle_while_running() {
	round=0
	while [ $round -lt 5 ] && spin_alive; do
		offline && sleep 0.1 && online && sleep 0.1 || return 1
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
spin_start
check "it goes and comes while a guest runs" toggle_while_running
wait $spin
check "that guest saw nothing of it" test $? -eq 0
cat spin-output
check "a guest runs on each" hello taskset 1
check "a guest runs on each" hello taskset 2
check "the module unloads" rmmod lintel
finish
