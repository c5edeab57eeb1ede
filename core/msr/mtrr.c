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

#define DEF_TYPE_DEFINED 0xcffull
#define BASE_RESERVED	 0xf00ull /* besides the address bits that the guest lacks */
#define MASK_RESERVED	 0x7ffull

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

KEEPER(MTRRcap) = {READS(MTRR_CAP_WC | MTRR_CAP_FIXED | MSR_COUNT_IA32_MTRR_PHYSBASE0 / 2)};

static bool variable_admits(struct vcpu *vcpu, struct msr_request *request)
{
	bool is_mask = request->msr & 1;
	u64 reserved = address_reserved(vcpu) | (is_mask ? MASK_RESERVED : BASE_RESERVED);

	return !(request->value & reserved) &&
	       (is_mask || msr_memory_type_valid((u8)request->value, false));
}

KEEPER(IA32_MTRR_PHYSBASE0) = {IN_MSRS(IA32_MTRR_PHYSBASE0, mtrr_variable), .writable = ALL,
			       .admits = variable_admits};

static bool fixed_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return all_types_valid(request->value, false);
}

#define FIXED(row, field)                                                                          \
	{                                                                                          \
		IN_MSRS(row, field), .writable = ALL, .admits = fixed_admits                       \
	}

KEEPER(MTRRfix64K_00000) = FIXED(MTRRfix64K_00000, mtrr_fixed_64k);
KEEPER(MTRRfix16K_80000) = FIXED(MTRRfix16K_80000, mtrr_fixed_16k);
KEEPER(MTRRfix4K_C0000) = FIXED(MTRRfix4K_C0000, mtrr_fixed_4k);

static bool def_type_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return msr_memory_type_valid((u8)request->value, false);
}

KEEPER(MTRRdefType) = {IN_MSRS(MTRRdefType, mtrr_def_type), .writable = DEF_TYPE_DEFINED,
		       .admits = def_type_admits};

static bool pat_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return all_types_valid(request->value, true);
}

KEEPER(IA32_CR_PAT) = {IN_VMCS(GUEST_IA32_PAT), .writable = ALL, .admits = pat_admits};
