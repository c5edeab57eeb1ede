# SPDX-License-Identifier: GPL-2.0
# Inside the emulated machine: both hypervisors, one after the other.

load_stock() {
	insmod /mods/irqbypass.ko && insmod /mods/kvm.ko && insmod /mods/kvm-intel.ko
}

unload_stock() {
	rmmod kvm_intel && rmmod kvm && rmmod irqbypass
}

# Rows go to a file: the serial port's interrupts must not fall into a measurement.
measure() {
	./bench >"$1" || echo "bench failed on $1"
}

load_stock && measure stock && unload_stock || exit 1
insmod ./lintel.ko && measure lintel && rmmod lintel || exit 1
awk -f table.awk stock lintel
