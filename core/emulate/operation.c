// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic and its flags.  SDM: the pages of the instructions, "Status Flags".
 */
#include "emulate/flags.h"

u64 value_cut(u64 value, unsigned int size)
{
	return value & size_mask(size);
}

u64 value_sign_extend(u64 value, unsigned int size)
{
	return (value ^ size_sign(size)) - size_sign(size);
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

void operation_mov_long(struct operation *op)
{
	__builtin_memcpy(op->dst_words, op->src_words, sizeof(op->dst_words));
}

void operation_movsx(struct operation *op)
{
	op->dst = value_sign_extend(op->src, op->src_size);
}

/* The pairs of opcodes differ in the lowest bit, which negates. */
bool operation_condition(u64 rflags, unsigned int condition)
{
	bool sign = rflags & RFLAGS_SF, overflow = rflags & RFLAGS_OF;
	bool holds = false;

	switch (condition >> 1) {
	case 0:
		holds = overflow;
		break;
	case 1:
		holds = rflags & RFLAGS_CF;
		break;
	case 2:
		holds = rflags & RFLAGS_ZF;
		break;
	case 3:
		holds = rflags & (RFLAGS_CF | RFLAGS_ZF);
		break;
	case 4:
		holds = sign;
		break;
	case 5:
		holds = rflags & RFLAGS_PF;
		break;
	case 6:
		holds = sign != overflow;
		break;
	case 7:
		holds = sign != overflow || (rflags & RFLAGS_ZF);
		break;
	}
	return holds != (condition & 1);
}

/* The destination is written in any case: its upper half is cleared. */
void operation_cmov(struct operation *op)
{
	if (operation_condition(op->rflags, op->condition))
		op->dst = op->src;
}

void operation_setcc(struct operation *op)
{
	op->dst = operation_condition(op->rflags, op->condition);
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
	subtract(op, value_cut(op->accumulator, op->size), op->dst, 0);
	if (op->rflags & RFLAGS_ZF) {
		op->dst = op->src;
	} else {
		op->accumulator = op->dst;
		op->accumulator_size = op->size;
	}
}

/* The pair of DX and AX; if equal, the pair of CX and BX goes in. */
void operation_cmpxchg_pair(struct operation *op)
{
	unsigned int half = op->size / 2, shift = 8 * (half & 7);
	u64 low = half == 8 ? op->dst : value_cut(op->dst, 4);
	u64 high = half == 8 ? op->dst_words[1] : op->dst >> shift;
	bool equal = low == value_cut(op->accumulator, half) && high == value_cut(op->data, half);

	set_flag(op, RFLAGS_ZF, equal);
	if (!equal) {
		op->accumulator = low;
		op->data = high;
		op->accumulator_size = op->data_size = (u8)half;
	} else if (half == 8) {
		op->dst = op->base;
		op->dst_words[1] = op->count;
	} else {
		op->dst = value_cut(op->base, 4) | op->count << 32;
	}
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
	u64 mask = BIT64(op->src & (8u * op->size - 1));

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
