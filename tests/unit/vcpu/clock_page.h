/* SPDX-License-Identifier: GPL-2.0 */
/* kvmclock as a guest has it: a page for each vCPU, and the time that it computes from it. */
#ifndef LINTEL_TESTS_UNIT_VCPU_CLOCK_PAGE_H
#define LINTEL_TESTS_UNIT_VCPU_CLOCK_PAGE_H

#include "../msr/guest.h"

/* "struct pvclock_vcpu_time_info" */
struct page {
	u32 version, pad;
	u64 tsc, ns;
	u32 mul;
	s8 shift;
	u8 flags, pad2[2];
};

/* One vCPU that is loaded and has memory, for the page of each. */
struct fixture *guest_with_memory(void);
/* An address in that memory; the pages begin with the second one. */
void *clock_memory(u64 gpa);
struct page *page_of(const struct vcpu *vcpu);
/* It asks for its page, and gets it.  Needs: it is loaded. */
void page_enable(struct vcpu *vcpu);
/* As the guest does it, at one reading of the host's TSC. */
u64 page_time(const struct vcpu *vcpu, u64 host_tsc);

#endif
