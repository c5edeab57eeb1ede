// SPDX-License-Identifier: GPL-2.0
/*
 * General registers by operand size.
 */
#include "emulate/access.h"

static u64 mask_of(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

u64 register_read(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size)
{
	return vcpu_reg_read(vcpu, reg) & mask_of(size);
}

void register_write(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, u64 value)
{
	u64 mask = mask_of(size);

	value &= mask;
	if (size < 4)
		value |= vcpu_reg_read(vcpu, reg) & ~mask;
	vcpu_reg_write(vcpu, reg, value);
}

void register_add(struct vcpu *vcpu, enum vcpu_reg reg, unsigned int size, s64 addend)
{
	register_write(vcpu, reg, size, vcpu_reg_read(vcpu, reg) + (u64)addend);
}
