// SPDX-License-Identifier: GPL-2.0
/* Which VPIDs are taken: one bit each.  Bit 0 is the host's and stays taken. */
#include "vcpu/vpid.h"
#include "host.h"
#include "cap/cap.h"

#define VPIDS 65536u

static u64 taken[VPIDS / 64];
static host_spinlock_t lock;

void vpid_init(void)
{
	host_spin_init(&lock);
	taken[0] = 1;
}

u16 vpid_alloc(void)
{
	u16 vpid = 0;

	if (!vmcs_config_has(CTL_SECONDARY, CPU2_ENABLE_VPID))
		return 0;
	host_spin_lock(&lock);
	for (unsigned int word = 0; word < COUNT_OF(taken); word++) {
		if (taken[word] == ~(u64)0)
			continue;
		vpid = (u16)(word * 64 + (unsigned int)__builtin_ctzll(~taken[word]));
		taken[word] |= BIT64(vpid % 64);
		break;
	}
	host_spin_unlock(&lock);
	return vpid;
}

void vpid_free(u16 vpid)
{
	if (!vpid)
		return;
	host_spin_lock(&lock);
	taken[vpid / 64] &= ~BIT64(vpid % 64);
	host_spin_unlock(&lock);
}
