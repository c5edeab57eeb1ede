# SPDX-License-Identifier: GPL-2.0
# The tests of the KVM API, on whatever module is loaded.  Stock KVM with several processors goes
# without the stress tests: they are there to find Lintel's faults, it has passed them on one, and
# the grace periods it waits for take minutes in the emulator.
# Those that ask the kernel for faults fill its log: for runs of their own (docs/debug-kernels.md).
# Huge pages for those who ask: a machine of this size has none otherwise.
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
if [ "$LAB_CPUS" -gt 1 ] && grep -q '^kvm_intel ' /proc/modules; then
	exec ./api-tests --skip failing_ --skip stress
fi
exec ./api-tests --skip failing_
