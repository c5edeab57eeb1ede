// SPDX-License-Identifier: GPL-2.0
/*
 * Shifts, rotates and bit scans.  SDM: "RCL/RCR/ROL/ROR", "SAL/SAR/SHL/SHR", "SHLD", "SHRD", "BSF",
 * "BSR".
 *
 * A count of 0 changes nothing.  OF is defined for a count of 1 alone; what is undefined is as the
 * processors have it.
 */
#include "emulate/flags.h"

/* The count: of 5 bits, or 6 for 8-byte operands. */
static unsigned int shift_count(const struct operation *op, u64 count)
{
	return (unsigned int)count & (op->size == 8 ? 63 : 31);
}

static unsigned int bits_of(const struct operation *op)
{
	return 8 * op->size;
}

static bool sign_of(const struct operation *op, u64 value)
{
	return value & size_sign(op->size);
}

/* A rotation changes CF and OF, and no other flag. */
static void finish_rotate(struct operation *op, u64 result, bool carry, bool overflow)
{
	op->dst = result & size_mask(op->size);
	set_flag(op, RFLAGS_CF, carry);
	set_flag(op, RFLAGS_OF, overflow);
}

static void finish_shift(struct operation *op, u64 result, bool carry, bool overflow)
{
	op->dst = result & size_mask(op->size);
	set_flags(op, result_flags(op->dst, op->size));
	set_flag(op, RFLAGS_CF, carry);
	set_flag(op, RFLAGS_OF, overflow);
}

static u64 rotate_left(const struct operation *op, u64 value, unsigned int count)
{
	unsigned int bits = bits_of(op);

	count %= bits;
	return count ? (value << count | value >> (bits - count)) & size_mask(op->size) : value;
}

void operation_rol(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);
	u64 result = rotate_left(op, op->dst, count);

	if (count)
		finish_rotate(op, result, result & 1, sign_of(op, result) != (result & 1));
}

void operation_ror(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);
	u64 result = rotate_left(op, op->dst, bits_of(op) - count % bits_of(op));

	if (count)
		finish_rotate(op, result, sign_of(op, result),
			      sign_of(op, result) != sign_of(op, result << 1));
}

/* CF is one more bit, above the others. */
static void rotate_through_carry(struct operation *op, unsigned int left)
{
	unsigned int bits = bits_of(op);
	u64 value = op->dst;
	bool carry = op->rflags & RFLAGS_CF;

	while (left--) {
		bool out = value >> (bits - 1) & 1;

		value = (value << 1 | carry) & size_mask(op->size);
		carry = out;
	}
	finish_rotate(op, value, carry, false);
}

void operation_rcl(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);

	if (!count)
		return;
	rotate_through_carry(op, count % (bits_of(op) + 1));
	set_flag(op, RFLAGS_OF, sign_of(op, op->dst) != !!(op->rflags & RFLAGS_CF));
}

void operation_rcr(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);
	unsigned int positions = bits_of(op) + 1;

	if (!count)
		return;
	rotate_through_carry(op, (positions - count % positions) % positions);
	set_flag(op, RFLAGS_OF, sign_of(op, op->dst) != sign_of(op, op->dst << 1));
}

void operation_shl(struct operation *op)
{
	unsigned int count = shift_count(op, op->src), bits = bits_of(op);
	u64 result = op->dst << count;
	bool carry;

	if (!count)
		return;
	carry = count <= bits && (op->dst >> (bits - count) & 1);
	finish_shift(op, result, carry, sign_of(op, result) != carry);
}

void operation_shr(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);
	u64 value = op->dst;

	if (count)
		finish_shift(op, value >> count, value >> (count - 1) & 1,
			     count == 1 && sign_of(op, value));
}

void operation_sar(struct operation *op)
{
	unsigned int count = shift_count(op, op->src);
	s64 value = (s64)value_sign_extend(op->dst, op->size);

	if (count)
		finish_shift(op, (u64)(value >> count), value >> (count - 1) & 1, false);
}

/*
 * The bits that come in are those of the second operand.  With 16-bit operands and a count above 16
 * the result is undefined: the processors go round.
 */
void operation_shld(struct operation *op)
{
	unsigned int count = shift_count(op, op->extra), bits = bits_of(op);
	u64 high = op->dst, low = op->src, result;

	if (!count)
		return;
	if (count > bits) {
		count -= bits;
		high = op->src;
		low = op->dst;
	}
	result = count == bits ? low : high << count | low >> (bits - count);
	finish_shift(op, result, high >> (bits - count) & 1,
		     sign_of(op, result) != sign_of(op, op->dst));
}

void operation_shrd(struct operation *op)
{
	unsigned int count = shift_count(op, op->extra), bits = bits_of(op);
	u64 low = op->dst, high = op->src, result;

	if (!count)
		return;
	if (count > bits) {
		count -= bits;
		low = op->src;
		high = op->dst;
	}
	result = count == bits ? high : low >> count | high << (bits - count);
	finish_shift(op, result, low >> (count - 1) & 1,
		     sign_of(op, result) != sign_of(op, op->dst));
}

/* Of 0 the destination stays as it is: all 64 bits, also of a 32-bit operand. */
static bool finds_none(struct operation *op)
{
	op->keeps_dst = !op->src;
	set_flag(op, RFLAGS_ZF, op->keeps_dst);
	return op->keeps_dst;
}

void operation_bsf(struct operation *op)
{
	if (!finds_none(op))
		op->dst = (u64)__builtin_ctzll(op->src);
}

void operation_bsr(struct operation *op)
{
	if (!finds_none(op))
		op->dst = 63 - (u64)__builtin_clzll(op->src);
}
