# SPDX-License-Identifier: GPL-2.0
# What `make run` shows: the processor, the choice, a guest, its exits.

title() {
	printf '\n=== %s\n' "$*"
}

title "The module, in the kernel's log"
dmesg | sed -n 's/^.*\(lintel: .*\)/\1/p'
title "What this processor offers (/sys/kernel/debug/lintel/capabilities)"
cat /sys/kernel/debug/lintel/capabilities
title "What Lintel chose, and why a bit is off (/sys/kernel/debug/lintel/controls)"
cat /sys/kernel/debug/lintel/controls
title "A guest in real mode: lintel run --flat16 hello.flat16"
./lintel run --flat16 --debug-exit 0xf4 --stats guests/hello.flat16 </dev/null
title "A guest in long mode: lintel run --flat64 cpuid.flat64"
./lintel run --flat64 --debug-exit 0xf4 --stats guests/cpuid.flat64 </dev/null
title "The exits of both (/sys/kernel/debug/lintel/exits, msrs)"
cat /sys/kernel/debug/lintel/exits /sys/kernel/debug/lintel/msrs
