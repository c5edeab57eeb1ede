# SPDX-License-Identifier: GPL-2.0
# Inside the emulated machine: one hypervisor after the other. From ./settings: `hypervisors', of kvm and
# lintel; `guest', 1 for a Linux guest too; `arguments' of the program; `apicv', enable_apicv of both.
. ./linux-guest.sh
. ./settings

load_kvm() {
	insmod /mods/irqbypass.ko && insmod /mods/kvm.ko && insmod /mods/kvm-intel.ko enable_apicv="$apicv"
}

unload_kvm() {
	rmmod kvm_intel && rmmod kvm && rmmod irqbypass
}

load_lintel() {
	insmod ./lintel.ko enable_apicv="$apicv"
}

unload_lintel() {
	rmmod lintel
}

# What was asked for is what is there.
check_kvm() {
	case $apicv-$(cat /sys/module/kvm_intel/parameters/enable_apicv) in
	0-N | 1-Y) ;;
	*) echo "kvm-intel does without APIC virtualization" && return 1 ;;
	esac
}

check_lintel() {
	:
}

# boot: Debian's kernel to its init, and off; rows from what `lintel run --stats` says.
boot() {
	linux_guest 'RUN=true' --timeout 300 </dev/null >boot.log 2>&1 || cat boot.log >&2
	awk '
		function row(name, value) { printf "Linux guest, %s\t%s\t%s\n", name, value, value }
		/: mark 0x01:/ { row("instructions to its init", $4) }
		/TSC ticks since/ { row("instructions to its end", $1) }
		/^exits to user space/ { listing = 1; next }
		/^counted by/ { listing = 0 }
		listing && NF == 2 { user += $2 }
		$1 == "exits" && NF == 2 { exits = $2 }
		END { row("exits", exits); row("exits to user space", user) }
	' boot.log
}

# Rows go to a file: the serial port's interrupts must not fall into a measurement.
measure() {
	./bench $arguments >rows.$1 || return 1
	[ "$guest" = 0 ] || boot >>rows.$1
}

for hypervisor in $hypervisors; do
	load_$hypervisor && check_$hypervisor && measure $hypervisor && unload_$hypervisor || exit 1
done
for hypervisor in $hypervisors; do
	sed "s/^/row: $hypervisor	/" rows.$hypervisor
done
