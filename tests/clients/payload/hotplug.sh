# SPDX-License-Identifier: GPL-2.0
# hotplug OPTION...: while a guest runs, a processor comes, goes and comes again; memory comes, as a DIMM and
# by virtio-mem, and goes into a balloon and comes back.
. ./monitor.sh

# What comes is taken into use; what there is, is said.
counting='cd /sys/devices/system; i=0; while true; do i=$((i + 1)); for f in cpu/cpu*/online; do grep -qs 0 $f && echo 1 >$f; done; for f in memory/memory*/state; do grep -q offline $f && echo online_movable >$f; done; echo count $i cpus $(nproc) mem $(($(sed -n s/[^0-9]//gp /proc/meminfo | head -n 1) >> 10)); usleep 100000; done'

# megabytes: what the guest has.
megabytes() {
	sed -n 's/^count .* mem \([0-9]*\).*/\1/p' serial | tail -n 1
}

# grows_by MB, shrinks_by MB: or nearly so, from what $was.
grows_by() {
	until_memory -ge $((was + $1 - 4))
}

shrinks_by() {
	until_memory -le $((was - $1 + 4))
}

until_memory() {
	tries=0
	until test "$(megabytes)" "$1" "$2"; do
		sleep 0.2
		tries=$((tries + 1))
		[ $tries -lt 1000 ] && kill -0 "$pid" 2>/dev/null || return 1
	done
}

says_nothing() {
	! grep -v '^(qemu)' answer
}

# does COMMAND: one to which the monitor answers nothing when it is done.
does() {
	was=$(megabytes)
	hmp "$1"
	says_nothing
}

processor=qemu64-x86_64-cpu,id=second,socket-id=1,core-id=0,thread-id=0

check "QEMU started" start_counting -m 128,slots=1,maxmem=1G -smp 1,sockets=2,maxcpus=2 \
	-device virtio-balloon-pci,id=balloon \
	-object memory-backend-ram,id=later,size=128M -device virtio-mem-pci,id=more,memdev=later,requested-size=0 "$@"
check "the guest has one processor" comes ' cpus 1 '
check "a second one was plugged" does "device_add $processor"
check "the guest uses it" comes ' cpus 2 '
check "it was asked for again" does 'device_del second'
check "the guest gave it back" comes ' cpus 1 '
hmp 'info cpus'
check "it is gone" fails answered 'CPU #1'
check "it was plugged again" does "device_add $processor"
check "the guest uses it" comes ' cpus 2 '

check "there is a memory" does 'object_add memory-backend-ram,id=dimm,size=128M'
check "it was plugged" does 'device_add pc-dimm,id=dimm0,memdev=dimm'
check "the guest has it" grows_by 128
check "virtio-mem was to give 128 MB" does 'qom-set more requested-size 128M'
check "the guest has them" grows_by 128
check "and was to take them back" does 'qom-set more requested-size 0'
check "the guest gave them" shrinks_by 128
check "the balloon was to take 64 MB" does 'balloon 192'
check "the guest gave them" shrinks_by 64
hmp 'info balloon'
check "QEMU knows" answered 'actual=192'
check "and was to give them back" does 'balloon 256'
check "the guest has them" grows_by 64
check "it counts on" counts_on
check "QEMU ended" quit
finish_client
