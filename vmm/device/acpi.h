/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ACPI tables by which a guest finds its CPUs, its interrupt controllers, COM1 and the
 * virtio-mmio devices, and learns how to power off and reset.  A hardware-reduced machine: no
 * SCI, no PM timer, nothing of the PM1 blocks.
 */
#ifndef VMM_ACPI_H
#define VMM_ACPI_H

#include "vmm/machine_memory.h"

/*
 * A virtio-mmio device ("LNRO0005"): its registers below 4 GiB, in the hole of machine_memory.h,
 * and its interrupt.  The line is edge-triggered, active high: a pulse, as an irqfd without
 * resampling gives it.
 */
struct acpi_mmio {
	uint32_t base, size;
	uint32_t gsi;
};

/*
 * Writes the tables to LAYOUT_ACPI, the RSDP first.  CPU n has APIC id n.
 * 0, or -1 after saying why.
 */
int acpi_place(struct memory *mem, unsigned int cpus, const struct acpi_mmio *mmio,
	       unsigned int nr_mmio);

#endif
