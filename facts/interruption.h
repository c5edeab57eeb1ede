/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the VMCS that hold an event: VM-entry and VM-exit interruption information, and
 * IDT-vectoring information, have one format.
 *
 * SDM: "VM-Entry Controls for Event Injection", "Information for VM Exits Due to Vectored Events",
 * "Information for VM Exits That Occur During Event Delivery".
 */
#ifndef LINTEL_FACTS_INTERRUPTION_H
#define LINTEL_FACTS_INTERRUPTION_H

#include "types.h"

#define INTERRUPTION_VECTOR(info)  ((info)&0xff)
#define INTERRUPTION_TYPE(info)	   (((info) >> 8) & 7)
#define INTERRUPTION_ERROR_CODE	   BIT32(11)
#define INTERRUPTION_NMI_UNBLOCKED BIT32(12) /* in VM-exit interruption information */
#define INTERRUPTION_NESTED	   BIT32(13) /* an exception while another was delivered (FRED) */
#define INTERRUPTION_VALID	   BIT32(31)

enum interruption_type {
	INTERRUPTION_EXTERNAL = 0,
	INTERRUPTION_RESERVED = 1,
	INTERRUPTION_NMI = 2,
	INTERRUPTION_HARDWARE_EXCEPTION = 3,
	INTERRUPTION_SOFTWARE_INTERRUPT = 4,
	INTERRUPTION_PRIVILEGED_EXCEPTION = 5,
	INTERRUPTION_SOFTWARE_EXCEPTION = 6,
	INTERRUPTION_OTHER = 7,
};

#endif
