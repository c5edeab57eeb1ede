# SPDX-License-Identifier: GPL-2.0
# What uses local APICs, where the processor virtualizes them.  Bochs delivers a virtual interrupt to a guest
# that has interrupts off when the host has one (docs/caveats.md): guests that would mind are left out.
grep -q Y /sys/module/lintel/parameters/enable_apicv || exit 1
LINTEL=./lintel GUEST_SECONDS=180 sh guests/run.sh hello exceptions msr crs mmio irqchips smp || exit 1
exec ./api-tests --skip failing_ --skip stress irqchip split vapic interrupt irqfd cmci lapic x2apic
