# SPDX-License-Identifier: GPL-2.0
# What would differ from run to run if anything did: the clocks, interrupts and random numbers, and how
# often a guest left for the hypervisor, and for what.
cat /proc/uptime /proc/interrupts
date
head -c 32 /dev/urandom | od -An -tx1
./lintel run --flat64 --debug-exit 0xf4 --stats guests/exceptions.flat64 </dev/null 2>&1
./lintel run --flat64 --debug-exit 0xf4 --stats --cpus 2 guests/smp.flat64 </dev/null 2>&1
exit 0
