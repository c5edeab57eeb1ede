# SPDX-License-Identifier: GPL-2.0
# What uses local APICs, on a processor that virtualizes them.
grep -q Y /sys/module/lintel/parameters/enable_apicv || exit 1
LINTEL=./lintel GUEST_SECONDS=180 sh guests/run.sh hello exceptions hlt msr crs mmio irqchips smp || exit 1
exec ./api-tests --skip failing_ --skip stress irqchip split vapic interrupt irqfd lapic x2apic cmci
