/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Virtual-processor identifiers: translations of different vCPUs (and the
 * host's, VPID 0) stay apart in the TLB.  SDM: "Virtual Processor Identifiers (VPIDs)".
 */
#ifndef LINTEL_VCPU_VPID_H
#define LINTEL_VCPU_VPID_H

#include "types.h"

/* Once, before the first vCPU. */
void vpid_init(void);

/* gives: 0 when the processor has no VPIDs, or all 65,535 are taken: that vCPU runs without one,
 * and each of its entries and exits flushes the TLB. */
u16 vpid_alloc(void);
void vpid_free(u16 vpid); /* 0 is nothing */

#endif
