// SPDX-License-Identifier: GPL-2.0
/*
 * Shifts, rotates, bit scans, multiplication, division and CMOVcc against the processor that runs
 * the test: same operands, same results, same flags.
 */
#include <signal.h>
#include <setjmp.h>
#include <string.h>

#include "emulate/operation.h"
#include "test.h"

#define FLAGS_NOT_AF (RFLAGS_STATUS & ~RFLAGS_AF)

/* The registers of one instruction: dst RBX, src RSI, then those that are implicit. */
struct values {
	u64 dst, src, accumulator, data, count, flags;
};

typedef void native_fn(struct values *v);

#define NATIVE(name, insn, size)                                                                   \
	static void native_##name##_##size(struct values *v)                                       \
	{                                                                                          \
		__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"                                      \
				 "push %[flags]\n\tpopf\n\t" insn "\n\t"                           \
				 "pushf\n\tpop %[flags]\n\t"                                       \
				 "lea 128(%%rsp), %%rsp"                                           \
				 : "+b"(v->dst), "+S"(v->src), "+a"(v->accumulator),               \
				   "+d"(v->data), "+c"(v->count), [flags] "+r"(v->flags)           \
				 :                                                                 \
				 : "cc", "memory");                                                \
	}

#define NATIVE_SHIFT(name)                                                                         \
	NATIVE(name, #name "b %%cl, %%bl", 1)                                                      \
	NATIVE(name, #name "w %%cl, %%bx", 2)                                                      \
	NATIVE(name, #name "l %%cl, %%ebx", 4)                                                     \
	NATIVE(name, #name "q %%cl, %%rbx", 8)
#define NATIVE_DOUBLE(name)                                                                        \
	NATIVE(name, #name "w %%cl, %%si, %%bx", 2)                                                \
	NATIVE(name, #name "l %%cl, %%esi, %%ebx", 4)                                              \
	NATIVE(name, #name "q %%cl, %%rsi, %%rbx", 8)
#define NATIVE_TWO(name)                                                                           \
	NATIVE(name, #name "w %%si, %%bx", 2)                                                      \
	NATIVE(name, #name "l %%esi, %%ebx", 4)                                                    \
	NATIVE(name, #name "q %%rsi, %%rbx", 8)
#define NATIVE_IMPLICIT(name)                                                                      \
	NATIVE(name, #name "b %%sil", 1)                                                           \
	NATIVE(name, #name "w %%si", 2)                                                            \
	NATIVE(name, #name "l %%esi", 4)                                                           \
	NATIVE(name, #name "q %%rsi", 8)

/* clang-format off */
NATIVE_SHIFT(rol) NATIVE_SHIFT(ror) NATIVE_SHIFT(rcl) NATIVE_SHIFT(rcr)
NATIVE_SHIFT(shl) NATIVE_SHIFT(shr) NATIVE_SHIFT(sar)
NATIVE_DOUBLE(shld) NATIVE_DOUBLE(shrd)
NATIVE_TWO(bsf) NATIVE_TWO(bsr) NATIVE_TWO(imul)
NATIVE_IMPLICIT(mul) NATIVE_IMPLICIT(div) NATIVE_IMPLICIT(idiv)
NATIVE(imul1, "imulb %%sil", 1) NATIVE(imul1, "imulw %%si", 2)
NATIVE(imul1, "imull %%esi", 4) NATIVE(imul1, "imulq %%rsi", 8)

#define ALL(name) {native_##name##_1, native_##name##_2, native_##name##_4, native_##name##_8}
#define NOT_BYTES(name) {NULL, native_##name##_2, native_##name##_4, native_##name##_8}
	/* clang-format on */

	struct row {
	const char *name;
	operation_fn *ours;
	bool shift;    /* `src` is the count */
	u64 flags;     /* defined when the count is 1, or it has none */
	u64 flags_any; /* defined for every count that is not 0 */
	native_fn *native[4];
};

static const struct row rows[] = {
	{"rol", operation_rol, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(rol)},
	{"ror", operation_ror, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(ror)},
	{"rcl", operation_rcl, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(rcl)},
	{"rcr", operation_rcr, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(rcr)},
	{"shl", operation_shl, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(shl)},
	{"shr", operation_shr, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(shr)},
	{"sar", operation_sar, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, ALL(sar)},
	{"shld", operation_shld, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, NOT_BYTES(shld)},
	{"shrd", operation_shrd, true, FLAGS_NOT_AF, FLAGS_NOT_AF & ~RFLAGS_OF, NOT_BYTES(shrd)},
	{"bsf", operation_bsf, false, RFLAGS_ZF, 0, NOT_BYTES(bsf)},
	{"bsr", operation_bsr, false, RFLAGS_ZF, 0, NOT_BYTES(bsr)},
	{"imul with two operands", operation_imul2, false, RFLAGS_CF | RFLAGS_OF, 0,
	 NOT_BYTES(imul)},
	{"mul", operation_mul, false, RFLAGS_CF | RFLAGS_OF, 0, ALL(mul)},
	{"imul", operation_imul, false, RFLAGS_CF | RFLAGS_OF, 0, ALL(imul1)},
	{"div", operation_div, false, 0, 0, ALL(div)},
	{"idiv", operation_idiv, false, 0, 0, ALL(idiv)},
};

static const u64 interesting[] = {
	0,	    1,		2,	    3,		7,	    0x7f,    0x80,
	0xff,	    0x100,	0x7fff,	    0x8000,	0xffff,	    0x10000, 0x7fffffff,
	0x80000000, 0xffffffff, 1ull << 32, ~0ull >> 1, 1ull << 63, ~0ull,   0x123456789abcdef0,
};

static const u64 counts[] = {0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 0xff};

static sigjmp_buf after_fault;

static void on_fault(int signal)
{
	siglongjmp(after_fault, signal);
}

/* False: #DE. */
static bool run_native(native_fn *native, struct values *v)
{
	if (sigsetjmp(after_fault, 1))
		return false;
	native(v);
	return true;
}

/* The processor leaves 16-bit results of double shifts by more than 16 undefined, and with them all
 * flags; CF of SHL and SHR is undefined from the operand's size on. */
static u64 flags_defined(const struct row *row, unsigned int size, unsigned int count)
{
	u64 flags = count == 1 ? row->flags : row->flags_any;

	if (!row->shift)
		return row->flags;
	if (!count)
		return RFLAGS_STATUS;
	return count >= 8 * size && row->ours != operation_rol && row->ours != operation_ror
		       ? flags & ~RFLAGS_CF
		       : flags;
}

static u64 written(u64 before, u64 value, unsigned int size)
{
	u64 mask;

	if (!size)
		return before;
	mask = ~0ull >> (64 - 8 * size);
	return size == 4 ? value & mask : (before & ~mask) | (value & mask);
}

static void compare(const struct row *row, unsigned int index, struct values v)
{
	unsigned int size = 1u << index;
	unsigned int count = (unsigned int)v.count & (size == 8 ? 63 : 31);
	bool is_double = row->ours == operation_shld || row->ours == operation_shrd;
	u64 mask = ~0ull >> (64 - 8 * size);
	struct values native = v;
	struct operation op = {
		.dst = v.dst & mask,
		.src = (row->shift && !is_double ? v.count : v.src) & mask,
		.extra = v.count,
		.accumulator = v.accumulator,
		.data = v.data,
		.rflags = v.flags,
		.size = (u8)size,
		.src_size = (u8)size,
	};
	bool fine = run_native(row->native[index], &native);
	u64 flags = flags_defined(row, size, count);

	test_context("%s, %u bytes, %llx %llx, AX %llx, DX %llx, CX %llx", row->name, size, v.dst,
		     v.src, v.accumulator, v.data, v.count);
	row->ours(&op);
	EXPECT_EQ(op.divide_error, !fine);
	if (!fine || (is_double && count > 8 * size))
		return;
	EXPECT_EQ(op.dst & mask, native.dst & mask);
	EXPECT_EQ(written(v.accumulator, op.accumulator, op.accumulator_size), native.accumulator);
	EXPECT_EQ(written(v.data, op.data, op.data_size), native.data);
	EXPECT_EQ(op.rflags & flags, native.flags & flags);
	EXPECT_EQ(op.rflags & ~RFLAGS_STATUS, v.flags & ~RFLAGS_STATUS);
}

static void compare_all(const struct row *row, unsigned int index, u64 flags)
{
	unsigned int a, b, c;

	for (a = 0; a < COUNT_OF(interesting); a++)
		for (b = 0; b < COUNT_OF(interesting); b++)
			for (c = 0; c < (row->shift ? COUNT_OF(counts) : COUNT_OF(interesting));
			     c++)
				compare(row, index,
					(struct values){
						.dst = interesting[a],
						.src = interesting[b],
						.accumulator = interesting[a],
						.data = interesting[c % COUNT_OF(interesting)],
						.count = row->shift ? counts[c] : 0,
						.flags = flags});
}

TEST(operation_shift_multiply_as_the_processor)
{
	struct sigaction action = {.sa_handler = on_fault}, before;
	unsigned int row, index;

	sigaction(SIGFPE, &action, &before);
	for (row = 0; row < COUNT_OF(rows); row++) {
		for (index = 0; index < 4; index++) {
			if (!rows[row].native[index])
				continue;
			compare_all(&rows[row], index, 0x202);
			compare_all(&rows[row], index, 0x202 | RFLAGS_CF);
		}
	}
	sigaction(SIGFPE, &before, NULL);
}

/* All conditions on all combinations of the flags that they look at. */
TEST(operation_conditions_as_the_processor)
{
	unsigned int bits, condition;

	for (bits = 0; bits < 32; bits++) {
		u64 flags = 0x202 | (bits & 1 ? RFLAGS_CF : 0) | (bits & 2 ? RFLAGS_PF : 0) |
			    (bits & 4 ? RFLAGS_ZF : 0) | (bits & 8 ? RFLAGS_SF : 0) |
			    (bits & 16 ? RFLAGS_OF : 0);
		u8 native[16] = {0};

#define SET(n, name) "set" name " " #n "(%[to])\n\t"
		__asm__ volatile(
			"lea -128(%%rsp), %%rsp\n\tpush %[flags]\n\tpopf\n\t" SET(0, "o")
				SET(1, "no") SET(2, "c") SET(3, "nc") SET(4, "z") SET(5, "nz")
					SET(6, "be") SET(7, "a") SET(8, "s") SET(9, "ns")
						SET(10, "p") SET(11, "np") SET(12, "l")
							SET(13, "ge") SET(14, "le")
								SET(15, "g") "lea 128(%%rsp), %%rsp"
			:
			: [flags] "r"(flags), [to] "r"(native)
			: "cc", "memory");
		for (condition = 0; condition < 16; condition++) {
			test_context("flags %llx, condition %u", flags, condition);
			EXPECT_EQ(operation_condition(flags, condition), native[condition]);
		}
	}
}
