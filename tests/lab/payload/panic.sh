# SPDX-License-Identifier: GPL-2.0
# The kernel panics while a guest runs, and resets the machine (panic=-1; lab/run --until reset).
. ./expect-log.sh
. ./spin.sh

spin_start || exit 1
echo "# a guest runs; panic"
expect_log 'Kernel panic|Call Trace'
echo c >/proc/sysrq-trigger
