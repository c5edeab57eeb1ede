// SPDX-License-Identifier: GPL-2.0
/*
 * Memory types: MTRRs and PAT.  The MTRRs are kept and checked, and have no effect: the guest's RAM
 * is the host's RAM, write-back, and EPT says so.
 *
 * SDM: "Memory Type Range Registers (MTRRs)", "Page Attribute Table (PAT)".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "vmcs/vmcs.h"

#define MTRR_CAP_WC    BIT64(10)
#define MTRR_CAP_FIXED BIT64(8)

#define DEF_TYPE_RESERVED (~(u64)0xcff)
#define BASE_RESERVED	  0xf00ull /* besides the address bits that the guest lacks */
#define MASK_RESERVED	  0x7ffull

enum { TYPE_UC = 0, TYPE_WC = 1, TYPE_WT = 4, TYPE_WP = 5, TYPE_WB = 6, TYPE_UC_MINUS = 7 };

bool msr_memory_type_valid(u8 type, bool pat)
{
	switch (type) {
	case TYPE_UC:
	case TYPE_WC:
	case TYPE_WT:
	case TYPE_WP:
	case TYPE_WB:
		return true;
	case TYPE_UC_MINUS:
		return pat;
	default:
		return false;
	}
}

static bool all_types_valid(u64 value, bool pat)
{
	for (unsigned int shift = 0; shift < 64; shift += 8)
		if (!msr_memory_type_valid((u8)(value >> shift), pat))
			return false;
	return true;
}

static u64 address_reserved(const struct vcpu *vcpu)
{
	return ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1);
}

MSR_GET(mtrr_cap)
{
	(void)vcpu;
	(void)msr;
	*value = MTRR_CAP_WC | MTRR_CAP_FIXED | MTRR_VARIABLE_COUNT;
	return 0;
}

MSR_GET(mtrr_variable)
{
	*value = vcpu->msrs->mtrr_variable[msr - MSR_IA32_MTRR_PHYSBASE0];
	return 0;
}

MSR_SET(mtrr_variable)
{
	bool is_mask = msr & 1;
	u64 reserved = address_reserved(vcpu) | (is_mask ? MASK_RESERVED : BASE_RESERVED);

	(void)from_host;
	if (value & reserved)
		return -EINVAL;
	if (!is_mask && !msr_memory_type_valid((u8)value, false))
		return -EINVAL;
	vcpu->msrs->mtrr_variable[msr - MSR_IA32_MTRR_PHYSBASE0] = value;
	return 0;
}

/* 64K, the two of 16K, the eight of 4K. */
static unsigned int fixed_index(u32 msr)
{
	if (msr == MSR_MTRRfix64K_00000)
		return 0;
	if (msr <= MSR_MTRRfix16K_A0000)
		return 1 + (msr - MSR_MTRRfix16K_80000);
	return 3 + (msr - MSR_MTRRfix4K_C0000);
}

MSR_GET(mtrr_fixed)
{
	*value = vcpu->msrs->mtrr_fixed[fixed_index(msr)];
	return 0;
}

MSR_SET(mtrr_fixed)
{
	(void)from_host;
	if (!all_types_valid(value, false))
		return -EINVAL;
	vcpu->msrs->mtrr_fixed[fixed_index(msr)] = value;
	return 0;
}

MSR_GET(mtrr_def_type)
{
	(void)msr;
	*value = vcpu->msrs->mtrr_def_type;
	return 0;
}

MSR_SET(mtrr_def_type)
{
	(void)msr;
	(void)from_host;
	if ((value & DEF_TYPE_RESERVED) || !msr_memory_type_valid((u8)value, false))
		return -EINVAL;
	vcpu->msrs->mtrr_def_type = value;
	return 0;
}

MSR_GET(pat)
{
	(void)vcpu;
	(void)msr;
	*value = vmcs_read64(GUEST_IA32_PAT);
	return 0;
}

MSR_SET(pat)
{
	(void)vcpu;
	(void)msr;
	(void)from_host;
	if (!all_types_valid(value, true))
		return -EINVAL;
	vmcs_write64(GUEST_IA32_PAT, value);
	return 0;
}
