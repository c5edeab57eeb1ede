# SPDX-License-Identifier: GPL-2.0
# The tests of the KVM API, on whatever module is loaded.  Stock KVM with several processors goes
# without the stress tests: they are there to find Lintel's faults, it has passed them on one, and
# the grace periods it waits for take minutes in the emulator.
# Those that ask the kernel for faults fill its log: for runs of their own (docs/debug-kernels.md).
# Huge pages for those who ask: a machine of this size has none otherwise.
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
set -- --skip failing_
if grep -q '^kvm_intel ' /proc/modules; then
	# A fault of 6.1's (tests/conformance/api/README.md).
	set -- "$@" --skip perf_level
	[ "$LAB_CPUS" -eq 1 ] || set -- "$@" --skip stress
fi
exec ./api-tests "$@"
