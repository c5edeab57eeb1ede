/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What comes with an exit for the APIC-access page: where in it, and by what.
 *
 * SDM: "Exit Qualification for APIC-Access VM Exits from Linear Accesses and Guest-Physical
 * Accesses".
 */
#ifndef LINTEL_FACTS_APIC_ACCESS_H
#define LINTEL_FACTS_APIC_ACCESS_H

#include "types.h"

#define APIC_ACCESS_OFFSET(qualification) ((u32)(qualification)&0xfff)
#define APIC_ACCESS_KIND(qualification)	  ((u32)((qualification) >> 12) & 0xf)

enum apic_access_kind {
	APIC_ACCESS_READ = 0,
	APIC_ACCESS_WRITE = 1,
	APIC_ACCESS_FETCH = 2,
	APIC_ACCESS_DELIVERY = 3,    /* of an event */
	APIC_ACCESS_PHYSICAL_1 = 10, /* by no linear address: while an event was delivered */
	APIC_ACCESS_PHYSICAL_2 = 15, /* the same, otherwise */
};

#endif
