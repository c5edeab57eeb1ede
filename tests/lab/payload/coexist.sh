# SPDX-License-Identifier: GPL-2.0
# Two hypervisors cannot share VMX operation: whichever comes second is refused, and the first goes
# on to work.
. ./check.sh

hello() {
	./lintel run --flat16 --debug-exit 0xf4 --device "${1:-/dev/kvm}" guests/hello.flat16 \
		>hello-output 2>&1 </dev/null
	[ $? -eq 1 ] && ! grep -q '^not ok' hello-output
}

# A virtual machine runs, and every program would start: facts/vmm_need_list.h.
doctor() {
	./lintel doctor --device "${1:-/dev/kvm}" >page || { cat page; return 1; }
	[ "$(sed -n '/^programs/,$p' page | grep -c '^  ok ')" -eq 8 ] || {
		sed -n '/^programs/,$p' page
		return 1
	}
}

load_kvm() {
	insmod /mods/irqbypass.ko && insmod /mods/kvm.ko && insmod /mods/kvm-intel.ko
}

unload_kvm() {
	rmmod kvm_intel && rmmod kvm && rmmod irqbypass
}

check "stock KVM loads" load_kvm
insmod ./lintel.ko 2>insmod-error
check "Lintel does not load beside it" test $? -ne 0
check "with -EBUSY" grep -qi 'busy' insmod-error
check "and the log says why" log_has 'lintel:.*kvm'
insmod ./lintel.ko device=lintel 2>insmod-error
check "nor under another name" test $? -ne 0
check "with -EBUSY too" grep -qi 'busy' insmod-error
check "stock KVM still runs a guest" hello
check "lintel doctor finds it well" doctor
check "and knows it" grep -q '^  ok .*kvm_intel: KVM for VT-x$' page
check "stock KVM unloads" unload_kvm

check "Lintel loads" insmod ./lintel.ko
check "and runs a guest" hello
check "lintel doctor finds that well" doctor
check "and knows it, too" grep -q '^  ok .*lintel: Lintel$' page
check "stock KVM does not load beside it" fails load_kvm
rmmod kvm_intel 2>/dev/null
rmmod kvm 2>/dev/null
rmmod irqbypass 2>/dev/null
check "Lintel still runs a guest" hello
check "Lintel unloads" rmmod lintel

check "Lintel loads with another device name" insmod ./lintel.ko device=lintel
check "and makes that device" test -c /dev/lintel
check "and not /dev/kvm" fails test -e /dev/kvm
check "which runs a guest" hello /dev/lintel
check "its statistics are where KVM has them" test -e /sys/kernel/debug/kvm/exits
check "and lintel doctor finds it there" doctor /dev/lintel
rmmod lintel
check "which are gone with it" fails test -e /sys/kernel/debug/kvm
finish
