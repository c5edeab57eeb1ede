// SPDX-License-Identifier: GPL-2.0
/*
 * Multiplication and division.  SDM: "MUL", "IMUL", "DIV", "IDIV".
 */
#include "emulate/flags.h"

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;

/* AX, or DX:AX and its larger forms. */
static u128 double_value(const struct operation *op)
{
	if (op->src_size == 1)
		return value_cut(op->accumulator, 2);
	return (u128)value_cut(op->data, op->src_size) << (8 * op->src_size) |
	       value_cut(op->accumulator, op->src_size);
}

static void set_double_value(struct operation *op, u128 value)
{
	op->accumulator = (u64)value;
	op->accumulator_size = op->src_size == 1 ? 2 : op->src_size;
	if (op->src_size == 1)
		return;
	op->data = (u64)(value >> (8 * op->src_size));
	op->data_size = op->src_size;
}

/* CF and OF: the result does not fit the smaller half. */
static void set_overflow(struct operation *op, bool overflow)
{
	set_flag(op, RFLAGS_CF | RFLAGS_OF, overflow);
}

void operation_mul(struct operation *op)
{
	u128 product = (u128)value_cut(op->accumulator, op->src_size) * op->src;

	set_double_value(op, product);
	set_overflow(op, product >> (8 * op->src_size));
}

static s128 signed_product(u64 a, u64 b, unsigned int size)
{
	return (s128)(s64)value_sign_extend(a, size) * (s64)value_sign_extend(b, size);
}

static bool fits_signed(s128 value, unsigned int size)
{
	return value == (s64)value_sign_extend(value_cut((u64)value, size), size);
}

void operation_imul(struct operation *op)
{
	s128 product =
		signed_product(value_cut(op->accumulator, op->src_size), op->src, op->src_size);

	set_double_value(op, (u128)product);
	set_overflow(op, !fits_signed(product, op->src_size));
}

void operation_imul2(struct operation *op)
{
	op->extra = op->dst;
	operation_imul3(op);
}

void operation_imul3(struct operation *op)
{
	s128 product = signed_product(op->src, value_cut(op->extra, op->size), op->size);

	op->dst = value_cut((u64)product, op->size);
	set_overflow(op, !fits_signed(product, op->size));
}

/*
 * Bit by bit: a freestanding C has no division of 128 bits.  The quotient has 64 bits at most: the
 * high half of the dividend is less than the divisor.
 */
static u64 divide(u128 dividend, u64 divisor, u64 *remainder)
{
	u128 rest = dividend >> 64;
	u64 quotient = (u64)dividend;
	unsigned int i;

	for (i = 0; i < 64; i++) {
		rest = rest << 1 | quotient >> 63;
		quotient <<= 1;
		if (rest >= divisor) {
			rest -= divisor;
			quotient |= 1;
		}
	}
	*remainder = (u64)rest;
	return quotient;
}

static void set_quotient(struct operation *op, u64 quotient, u64 remainder)
{
	if (op->src_size == 1) {
		op->accumulator = value_cut(quotient, 1) | value_cut(remainder, 1) << 8;
		op->accumulator_size = 2;
		return;
	}
	op->accumulator = quotient;
	op->data = remainder;
	op->accumulator_size = op->data_size = op->src_size;
}

void operation_div(struct operation *op)
{
	u128 dividend = double_value(op);
	u64 quotient, remainder;

	if (!op->src || dividend >> (8 * op->src_size) >= op->src) {
		op->divide_error = true;
		return;
	}
	quotient = divide(dividend, op->src, &remainder);
	set_quotient(op, quotient, remainder);
}

void operation_idiv(struct operation *op)
{
	unsigned int size = op->src_size, bits = 16 * size;
	u128 dividend = double_value(op), limit = (u128)1 << (8 * size - 1);
	bool negative = dividend >> (bits - 1) & 1;
	bool negative_divisor = op->src & size_sign(size);
	u64 divisor = op->src, quotient, remainder;
	u128 mask = ~(u128)0 >> (128 - bits);

	if (negative)
		dividend = -dividend & mask;
	if (negative_divisor)
		divisor = value_cut(-divisor, size);
	/* The quotient of a negative sign reaches one further. */
	if (negative != negative_divisor)
		limit++;
	if (!divisor || dividend >> (8 * size) >= divisor) {
		op->divide_error = true;
		return;
	}
	quotient = divide(dividend, divisor, &remainder);
	if (quotient >= limit) {
		op->divide_error = true;
		return;
	}
	set_quotient(op, negative != negative_divisor ? -quotient : quotient,
		     negative ? -remainder : remainder);
}
