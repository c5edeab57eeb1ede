// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic and its flags.  SDM: the pages of the instructions, "Status Flags".
 */
#include "emulate/operation.h"

static u64 size_mask(unsigned int size)
{
	return ~0ULL >> (64 - 8 * size);
}

static u64 size_sign(unsigned int size)
{
	return BIT64(8 * size - 1);
}

/* The flags that depend on the result alone. */
static u64 result_flags(u64 result, unsigned int size)
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

static void set_flags(struct operation *op, u64 flags)
{
	op->rflags = (op->rflags & ~RFLAGS_STATUS) | flags;
}

static void logic(struct operation *op, u64 result)
{
	op->dst = result & size_mask(op->size);
	set_flags(op, result_flags(op->dst, op->size));
}

/* a + b + carry. */
static u64 add(struct operation *op, u64 a, u64 b, unsigned int carry)
{
	u64 mask = size_mask(op->size);
	u64 sum = (a + b + carry) & mask;
	u64 flags = result_flags(sum, op->size);
	/* Carry out of each bit position. */
	u64 carries = (a & b) | ((a | b) & ~sum);

	if (carries & size_sign(op->size))
		flags |= RFLAGS_CF;
	if (carries & 8)
		flags |= RFLAGS_AF;
	if ((a ^ sum) & (b ^ sum) & size_sign(op->size))
		flags |= RFLAGS_OF;
	set_flags(op, flags);
	return sum;
}

/* a - b - borrow. */
static u64 subtract(struct operation *op, u64 a, u64 b, unsigned int borrow)
{
	u64 mask = size_mask(op->size);
	u64 difference = (a - b - borrow) & mask;
	u64 flags = result_flags(difference, op->size);
	/* Borrow into each bit position's left neighbour. */
	u64 borrows = (~a & b) | ((~a | b) & difference);

	if (borrows & size_sign(op->size))
		flags |= RFLAGS_CF;
	if (borrows & 8)
		flags |= RFLAGS_AF;
	if ((a ^ b) & (a ^ difference) & size_sign(op->size))
		flags |= RFLAGS_OF;
	set_flags(op, flags);
	return difference;
}

static unsigned int carry_in(const struct operation *op)
{
	return op->rflags & RFLAGS_CF ? 1 : 0;
}

void operation_mov(struct operation *op)
{
	op->dst = op->src;
}

void operation_movsx(struct operation *op)
{
	u64 sign = size_sign(op->src_size);

	op->dst = (op->src ^ sign) - sign;
}

void operation_xchg(struct operation *op)
{
	u64 dst = op->dst;

	op->dst = op->src;
	op->src = dst;
}

void operation_xadd(struct operation *op)
{
	u64 dst = op->dst;

	op->dst = add(op, dst, op->src, 0);
	op->src = dst;
}

void operation_cmpxchg(struct operation *op)
{
	subtract(op, op->accumulator & size_mask(op->size), op->dst, 0);
	if (op->rflags & RFLAGS_ZF)
		op->dst = op->src;
	else
		op->accumulator = op->dst;
}

void operation_add(struct operation *op)
{
	op->dst = add(op, op->dst, op->src, 0);
}

void operation_adc(struct operation *op)
{
	op->dst = add(op, op->dst, op->src, carry_in(op));
}

void operation_sub(struct operation *op)
{
	op->dst = subtract(op, op->dst, op->src, 0);
}

void operation_sbb(struct operation *op)
{
	op->dst = subtract(op, op->dst, op->src, carry_in(op));
}

void operation_cmp(struct operation *op)
{
	subtract(op, op->dst, op->src, 0);
}

void operation_and(struct operation *op)
{
	logic(op, op->dst & op->src);
}

void operation_or(struct operation *op)
{
	logic(op, op->dst | op->src);
}

void operation_xor(struct operation *op)
{
	logic(op, op->dst ^ op->src);
}

void operation_test(struct operation *op)
{
	set_flags(op, result_flags(op->dst & op->src & size_mask(op->size), op->size));
}

void operation_not(struct operation *op)
{
	op->dst = ~op->dst & size_mask(op->size);
}

void operation_neg(struct operation *op)
{
	op->dst = subtract(op, 0, op->dst, 0);
}

/* INC and DEC leave CF alone. */
void operation_inc(struct operation *op)
{
	u64 carry = op->rflags & RFLAGS_CF;

	op->dst = add(op, op->dst, 1, 0);
	op->rflags = (op->rflags & ~RFLAGS_CF) | carry;
}

void operation_dec(struct operation *op)
{
	u64 carry = op->rflags & RFLAGS_CF;

	op->dst = subtract(op, op->dst, 1, 0);
	op->rflags = (op->rflags & ~RFLAGS_CF) | carry;
}

/* CF is the bit that was there; gives its mask. */
static u64 bit_test(struct operation *op)
{
	u64 mask = BIT64(op->src & (8 * op->size - 1));

	op->rflags &= ~RFLAGS_CF;
	if (op->dst & mask)
		op->rflags |= RFLAGS_CF;
	return mask;
}

void operation_bt(struct operation *op)
{
	bit_test(op);
}

void operation_bts(struct operation *op)
{
	op->dst |= bit_test(op);
}

void operation_btr(struct operation *op)
{
	op->dst &= ~bit_test(op);
}

void operation_btc(struct operation *op)
{
	op->dst ^= bit_test(op);
}
