/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state in which a vCPU executes the first instruction of an image.
 */
#ifndef VMM_START_H
#define VMM_START_H

#include "guest_image.h"

/*
 * Writes the flat segments that START_PROTECTED and START_LONG use, and the page tables of the
 * latter; -1 after saying why.
 */
int start_place_tables(struct memory *mem, enum start_mode mode);

/* Sets registers and special registers of vCPU @cpu of @cpus.  0, or -1 after saying why. */
int start_vcpu(int vcpu_fd, unsigned int cpu, unsigned int cpus, const struct image *image);

/*
 * Leaves a vCPU with a local APIC as firmware would: LINT0 takes the 8259s' interrupts, LINT1 NMIs,
 * and memory is write-back.  0, or -1 after saying why.
 */
int start_as_firmware(int vcpu_fd);

#endif
