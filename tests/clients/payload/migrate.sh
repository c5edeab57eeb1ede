# SPDX-License-Identifier: GPL-2.0
# migrate OPTION...: a guest that counts and changes its memory goes into a file, and out of it on the other
# hypervisor, Lintel or stock KVM, and back again the same way. Its memory is what it was, page by page;
# it counts on from where it was, and its clock goes on.
. ./monitor.sh

counting=$counting_under_load

# The other hypervisor in place of the one that is loaded.
change_over() {
	if [ -e /sys/module/lintel ]; then
		rmmod lintel && { insmod /mods/irqbypass.ko; insmod /mods/kvm.ko && insmod /mods/kvm-intel.ko; }
	else
		rmmod kvm_intel && insmod ./lintel.ko enable_apicv=0
	fi
	[ -e /sys/module/lintel ] || [ -e /sys/module/kvm_intel ]
}

# The guest's time at its last count.
clock() {
	sed -n 's/^count [0-9]* \([0-9]*\).*/\1/p' serial | tail -n 1
}

# into_file NAME: the guest, and its memory as it is then.
into_file() {
	check "the guest counts" counts_on
	hmp 'migrate "exec:cat >state"'
	hmp 'info migrate'
	check "it went into a file" answered 'completed'
	hmp "pmemsave 0 0x8000000 memory-before"
	stood_at=$(last_count) time_was=$(clock)
	check "QEMU ended" quit
}

out_of_file() {
	check "the other hypervisor is loaded" change_over
	check "QEMU started" start_counting -S -incoming 'exec:cat state' "$@"
	wait_until_in
	hmp "pmemsave 0 0x8000000 memory-after"
	check "its memory is the same" ./pages memory-before memory-after
	hmp cont
	check "it goes on" counts_on
	check "where it was" [ "$(sed -n 's/^count \([0-9]*\).*/\1/p' serial | head -n 1)" -ge "$stood_at" ]
	check "its clock goes on" [ "$(clock)" -ge "$time_was" ]
}

check "QEMU started" start_counting "$@"
into_file
out_of_file "$@"
into_file
out_of_file "$@"
check "QEMU ended" quit
finish_client
