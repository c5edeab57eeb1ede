# SPDX-License-Identifier: GPL-2.0
# What uses local APICs, where the processor virtualizes them.  Bochs delivers a virtual interrupt to a guest
# that has interrupts off when the host has one, and names another event where the first access to the IDT,
# by which a virtual interrupt is delivered, is an EPT violation (docs/caveats.md): what would mind is left out.
grep -q Y /sys/module/lintel/parameters/enable_apicv || exit 1
LINTEL=./lintel GUEST_SECONDS=180 sh guests/run.sh hello exceptions msr crs mmio irqchips smp || exit 1
exec ./api-tests --skip failing_ --skip stress --skip split_eoi irqchip split vapic interrupt irqfd lapic x2apic
