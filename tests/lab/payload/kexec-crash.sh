# SPDX-License-Identifier: GPL-2.0
# The kernel panics while guests run, and the crash kernel takes the machine over: VMX operation has
# to have ended on every processor, without anybody being asked.
. ./expect-log.sh
. ./spin.sh
. ./next-kernel.sh

next_kernel -p || exit 1
spin_start || exit 1
echo "# a guest runs; panic"
expect_log 'Kernel panic|Call Trace'
# The crash kernel starts on the processor that panicked, and has the others to start.
taskset 1 sh -c 'echo c >/proc/sysrq-trigger'
