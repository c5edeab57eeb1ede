# SPDX-License-Identifier: GPL-2.0
# Inside the emulated machine: both hypervisors, one after the other.
. ./linux-guest.sh

# Without APIC virtualization, as lab/run loads it.
load_stock() {
	insmod /mods/irqbypass.ko && insmod /mods/kvm.ko && insmod /mods/kvm-intel.ko enable_apicv=0
}

unload_stock() {
	rmmod kvm_intel && rmmod kvm && rmmod irqbypass
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
	./bench >"$1" || echo "bench failed on $1"
	boot >>"$1"
}

load_stock && measure stock.rows && unload_stock || exit 1
insmod ./lintel.ko && measure lintel.rows && rmmod lintel || exit 1
awk -f table.awk stock.rows lintel.rows
