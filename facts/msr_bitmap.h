/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSR bitmap: four quarters of 1 KiB, a bit for each MSR, 1 = the access exits.
 *
 * SDM: "MSR-Bitmap Address".
 */
#ifndef LINTEL_FACTS_MSR_BITMAP_H
#define LINTEL_FACTS_MSR_BITMAP_H

#include "facts/msr.h"

#define MSR_BITMAP_SIZE 4096u

void msr_bitmap_set(u8 *bitmap, u32 msr, enum msr_direction direction);	  /* exits */
void msr_bitmap_clear(u8 *bitmap, u32 msr, enum msr_direction direction); /* does not */
/* Would the access exit?  True outside the two ranges, and when bitmap is NULL. */
bool msr_bitmap_test(const u8 *bitmap, u32 msr, enum msr_direction direction);
bool msr_bitmap_covers(u32 msr);
/* Where its bit is: (byte * 8 + bit) of the page.  The MSR is covered. */
unsigned int msr_bitmap_bit(u32 msr, enum msr_direction direction);
/* Open what a row passes through. */
void msr_bitmap_open_row(u8 *bitmap, const struct msr_row *row);
/* Open the TPR of a guest whose local APIC is in x2APIC mode, with a TPR shadow. */
void msr_bitmap_open_x2apic(u8 *bitmap);
/* Beside it, what the processor does with APIC-register virtualization and virtual-interrupt
 * delivery: reads of what its page has as RDMSR gives it, EOI, SELF IPI.  "Virtualizing MSR-Based
 * APIC Accesses" */
void msr_bitmap_open_apicv(u8 *bitmap);

#endif
