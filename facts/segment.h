/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segment selectors, and the types of segment descriptors.
 *
 * SDM: "Segment Selectors", "Code- and Data-Segment Descriptor Types", "System Descriptor Types".
 */
#ifndef LINTEL_FACTS_SEGMENT_H
#define LINTEL_FACTS_SEGMENT_H

#define SELECTOR_RPL(selector) ((selector)&3)
#define SELECTOR_TI	       4u

/* Of code and data segments. */
#define TYPE_ACCESSED	 1u
#define TYPE_WRITABLE	 2u /* data */
#define TYPE_READABLE	 2u /* code */
#define TYPE_EXPAND_DOWN 4u /* data */
#define TYPE_CONFORMING	 4u /* code */
#define TYPE_CODE	 8u

/* Of system descriptors. */
enum {
	TYPE_TSS16 = 1,
	TYPE_LDT = 2,
	TYPE_TASK_GATE = 5,
	TYPE_TSS32 = 9,
	TYPE_TSS_BUSY = 2, /* the bit that makes a TSS busy */
};

#endif
