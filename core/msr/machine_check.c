// SPDX-License-Identifier: GPL-2.0
/*
 * Machine-check MSRs: kept for the guest that looks, and for user space that saves and restores
 * them.  No machine check is ever delivered to the guest.
 *
 * SDM: "Machine-Check MSRs".
 */
#include "msr/state.h"

enum { BANK_CTL, BANK_STATUS, BANK_ADDR, BANK_MISC };

#define MCG_STATUS_DEFINED 0xfull /* RIPV, EIPV, MCIP, LMCE_S */

/* All errors off or all on; and what Linux clears on some processors: bit 0 of bank 0, bit 10. */
static bool bank_ctl_valid(u64 value)
{
	return !value || (value | BIT64(10) | BIT64(0)) == ~(u64)0;
}

MSR_GET(mcg_cap)
{
	(void)vcpu;
	(void)msr;
	*value = MCE_BANKS;
	return 0;
}

MSR_GET(mcg)
{
	*value = msr == MSR_IA32_MCG_STATUS ? vcpu->msrs->mcg_status : vcpu->msrs->mcg_ctl;
	return 0;
}

MSR_SET(mcg)
{
	if (msr == MSR_IA32_MCG_STATUS) {
		if (!from_host && (value & ~MCG_STATUS_DEFINED))
			return -EINVAL;
		vcpu->msrs->mcg_status = value;
		return 0;
	}
	if (value && value != ~(u64)0)
		return -EINVAL;
	vcpu->msrs->mcg_ctl = value;
	return 0;
}

MSR_GET(mce_bank)
{
	*value = vcpu->msrs->mce_bank[msr - MSR_IA32_MC0_CTL];
	return 0;
}

MSR_SET(mce_bank)
{
	u32 offset = msr - MSR_IA32_MC0_CTL;

	if (offset % MCE_BANK_MSRS == BANK_CTL) {
		if (!bank_ctl_valid(value))
			return -EINVAL;
	} else if (value && !from_host) {
		/* STATUS, ADDR and MISC: a processor takes only 0, which clears them. */
		return -EINVAL;
	}
	vcpu->msrs->mce_bank[offset] = value;
	return 0;
}
