/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the operations share: sizes, and the flags of a result.  SDM: "Status Flags".
 */
#ifndef LINTEL_EMULATE_FLAGS_H
#define LINTEL_EMULATE_FLAGS_H

#include "emulate/operation.h"

static inline u64 size_mask(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

static inline u64 size_sign(unsigned int size)
{
	return BIT64(8 * size - 1);
}

/* The flags that depend on the result alone. */
static inline u64 result_flags(u64 result, unsigned int size)
{
	u64 flags = 0;

	if (!(__builtin_popcount((u8)result) & 1))
		flags |= RFLAGS_PF;
	if (!result)
		flags |= RFLAGS_ZF;
	if (result & size_sign(size))
		flags |= RFLAGS_SF;
	return flags;
}

static inline void set_flags(struct operation *op, u64 flags)
{
	op->rflags = (op->rflags & ~RFLAGS_STATUS) | flags;
}

static inline void set_flag(struct operation *op, u64 flag, bool on)
{
	op->rflags = on ? op->rflags | flag : op->rflags & ~flag;
}

#endif
