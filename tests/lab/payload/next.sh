# SPDX-License-Identifier: GPL-2.0
# What runs in the kernel that came after another one, see next-kernel.sh.
. ./check.sh

hello() {
	taskset "$1" ./lintel run --flat16 --debug-exit 0xf4 hello.flat16 >/dev/null 2>&1 </dev/null
	[ $? -eq 1 ]
}

echo "# the next kernel: $(uname -r), $(cut -d ' ' -f 1 /proc/uptime) s, $(nproc) processors"
check "all processors came up" test "$(nproc)" = "$LAB_CPUS"
check "the module loads" insmod ./lintel.ko
cpu=0
while [ $cpu -lt "$LAB_CPUS" ]; do
	check "a guest runs on processor $cpu" hello $((1 << cpu))
	cpu=$((cpu + 1))
done
finish
