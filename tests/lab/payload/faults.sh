# SPDX-License-Identifier: GPL-2.0
# Each ioctl with each step that can fail made to fail (tests/conformance/api/fault.c), on whatever module
# is loaded;
# then that nothing of it stays in the kernel's memory.  For kernels of lab/debug-kernel.sh.
. ./check.sh
. ./account.sh

module=$(sed -n 's/^\(lintel\|kvm_intel\) .*/\1/p' /proc/modules)

unload() {
	case $module in
	lintel) rmmod lintel ;;
	*) rmmod kvm_intel && rmmod kvm ;;
	esac
}

nothing_forgotten() {
	leaks=$(forgotten)
	[ -z "$leaks" ] || {
		echo "$leaks" | head -n 200
		return 1
	}
}

# Where memory for vmalloc ends the kernel says so, with a call trace.
echo 'lab: expect Call Trace' >/dev/kmsg
check "a first round, that fills caches which stay" ./api-tests --times failing_
account before
kernel_before=$kernel free_before=$free objects_before=$objects
check "a second" ./api-tests failing_
echo 'lab: expect nothing' >/dev/kmsg
account after
check "the kernel's memory is as it was (within 512 KiB)" test $((kernel - kernel_before)) -lt 512
check "as much is free as before (within 1 MiB)" test $((free_before - free)) -lt 1024
check "no objects are left (within 450)" test $((objects - objects_before)) -lt 450
if [ -s /sys/kernel/debug/page_owner ]; then
	pages=$(pages_of "$module")
	check "no pages are $module's ($pages)" test "$pages" -eq 0
fi
check "it unloads" unload
check "no memory is forgotten" nothing_forgotten
finish
