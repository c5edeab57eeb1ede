// SPDX-License-Identifier: GPL-2.0
/*
 * The arithmetic against the processor that runs the test: same operands, same result, same flags.
 */
#include "emulate/operation.h"
#include "test.h"

#define FLAGS_DEFINED_BY_LOGIC (RFLAGS_STATUS & ~RFLAGS_AF)

/* Run one instruction with these flags.  The stack moves out of the red zone's way first. */
#define NATIVE(insn, constraints_out, ...)                                                         \
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\t"                                              \
			 "push %[flags]\n\tpopf\n\t" insn "\n\t"                                   \
			 "pushf\n\tpop %[flags]\n\t"                                               \
			 "lea 128(%%rsp), %%rsp"                                                   \
			 : constraints_out:__VA_ARGS__                                             \
			 : "cc", "memory")

typedef void native_fn(u64 *dst, u64 *src, u64 *accumulator, u64 *flags);

#define NATIVE_SIZE(name, insn, modifier, type, size)                                              \
	static void native_##name##_##size(u64 *dst, u64 *src, u64 *accumulator, u64 *flags)       \
	{                                                                                          \
		type d = (type)*dst, s = (type)*src;                                               \
		u64 a = *accumulator, f = *flags;                                                  \
		NATIVE(insn, [dst] "+r"(d)COMMA[src] "+r"(s)COMMA "+a"(a)COMMA[flags] "+r"(f),     \
		       "i"(0));                                                                    \
		*dst = d;                                                                          \
		*src = s;                                                                          \
		*accumulator = a;                                                                  \
		*flags = f;                                                                        \
	}
#define COMMA ,

/* An instruction with two operands, or with one, of 1, 2, 4 and 8 bytes. */
#define NATIVE_TWO(name)                                                                           \
	NATIVE_SIZE(name, #name "b %b[src], %b[dst]", b, unsigned char, 1)                         \
	NATIVE_SIZE(name, #name "w %w[src], %w[dst]", w, unsigned short, 2)                        \
	NATIVE_SIZE(name, #name "l %k[src], %k[dst]", k, unsigned int, 4)                          \
	NATIVE_SIZE(name, #name "q %q[src], %q[dst]", q, unsigned long, 8)
#define NATIVE_ONE(name)                                                                           \
	NATIVE_SIZE(name, #name "b %b[dst]", b, unsigned char, 1)                                  \
	NATIVE_SIZE(name, #name "w %w[dst]", w, unsigned short, 2)                                 \
	NATIVE_SIZE(name, #name "l %k[dst]", k, unsigned int, 4)                                   \
	NATIVE_SIZE(name, #name "q %q[dst]", q, unsigned long, 8)
#define NATIVE_BITS(name)                                                                          \
	NATIVE_SIZE(name, #name "w %w[src], %w[dst]", w, unsigned short, 2)                        \
	NATIVE_SIZE(name, #name "l %k[src], %k[dst]", k, unsigned int, 4)                          \
	NATIVE_SIZE(name, #name "q %q[src], %q[dst]", q, unsigned long, 8)

/* clang-format off */
NATIVE_TWO(add) NATIVE_TWO(adc) NATIVE_TWO(sub) NATIVE_TWO(sbb) NATIVE_TWO(cmp) NATIVE_TWO(and)
NATIVE_TWO(or) NATIVE_TWO(xor) NATIVE_TWO(test) NATIVE_TWO(xchg) NATIVE_TWO(xadd)
NATIVE_TWO(cmpxchg)
NATIVE_ONE(not) NATIVE_ONE(neg) NATIVE_ONE(inc) NATIVE_ONE(dec)
NATIVE_BITS(bt) NATIVE_BITS(bts) NATIVE_BITS(btr) NATIVE_BITS(btc)

#define TWO(name, flags) \
	{#name, operation_##name, flags, {native_##name##_1, native_##name##_2, native_##name##_4, \
					  native_##name##_8}}
#define BITS(name) \
	{#name, operation_##name, RFLAGS_CF, {NULL, native_##name##_2, native_##name##_4, \
					      native_##name##_8}}
	/* clang-format on */

	struct row {
	const char *name;
	operation_fn *ours;
	u64 flags; /* those that the SDM defines after it */
	native_fn *native[4];
};

static const struct row rows[] = {
	TWO(add, RFLAGS_STATUS),
	TWO(adc, RFLAGS_STATUS),
	TWO(sub, RFLAGS_STATUS),
	TWO(sbb, RFLAGS_STATUS),
	TWO(cmp, RFLAGS_STATUS),
	TWO(and, FLAGS_DEFINED_BY_LOGIC),
	TWO(or, FLAGS_DEFINED_BY_LOGIC),
	TWO(xor, FLAGS_DEFINED_BY_LOGIC),
	TWO(test, FLAGS_DEFINED_BY_LOGIC),
	TWO(xchg, RFLAGS_STATUS),
	TWO(xadd, RFLAGS_STATUS),
	TWO(cmpxchg, RFLAGS_STATUS),
	TWO(not, RFLAGS_STATUS),
	TWO(neg, RFLAGS_STATUS),
	TWO(inc, RFLAGS_STATUS),
	TWO(dec, RFLAGS_STATUS),
	BITS(bt),
	BITS(bts),
	BITS(btr),
	BITS(btc),
};

static const u64 interesting[] = {
	0,	    1,
	2,	    7,
	8,	    15,
	16,	    0x7f,
	0x80,	    0xff,
	0x100,	    0x7fff,
	0x8000,	    0xffff,
	0x7fffffff, 0x80000000,
	0xffffffff, 1ull << 32,
	~0ull >> 1, 1ull << 63,
	~0ull,	    0x123456789abcdef0,
};

static u64 mask_of(unsigned int size)
{
	return ~0ull >> (64 - 8 * size);
}

static void compare(const struct row *row, unsigned int index, u64 dst, u64 src, u64 rflags)
{
	unsigned int size = 1u << index;
	u64 mask = mask_of(size), flags = rflags;
	/* Half of the time CMPXCHG is to find what it compares with. */
	u64 accumulator = src & 1 ? dst : ~src;
	struct operation op = {.dst = dst & mask,
			       .src = src & mask,
			       .accumulator = accumulator,
			       .rflags = rflags,
			       .size = size,
			       .src_size = size};

	dst &= mask;
	src &= mask;
	test_context("%s, %u bytes, %llx, %llx, flags %llx", row->name, size, dst, src, rflags);
	row->native[index](&dst, &src, &accumulator, &flags);
	row->ours(&op);
	EXPECT_EQ(op.dst & mask, dst & mask);
	EXPECT_EQ(op.src & mask, src & mask);
	EXPECT_EQ(op.accumulator & mask, accumulator & mask);
	EXPECT_EQ(op.rflags & row->flags, flags & row->flags);
	EXPECT_EQ(op.rflags & ~RFLAGS_STATUS, rflags & ~RFLAGS_STATUS);
}

TEST(operation_as_the_processor)
{
	static const u64 flags_before[] = {0x202, 0x202 | RFLAGS_CF, 0x202 | RFLAGS_STATUS};
	unsigned int row, index, a, b, f;

	for (row = 0; row < COUNT_OF(rows); row++) {
		for (index = 0; index < 4; index++) {
			if (!rows[row].native[index])
				continue;
			for (a = 0; a < COUNT_OF(interesting); a++)
				for (b = 0; b < COUNT_OF(interesting); b++)
					for (f = 0; f < COUNT_OF(flags_before); f++)
						compare(&rows[row], index, interesting[a],
							interesting[b], flags_before[f]);
		}
	}
}

TEST(operation_moves)
{
	struct operation op = {.src = 0x80, .src_size = 1, .size = 8, .dst = 5, .rflags = 0x2};

	operation_mov(&op);
	EXPECT_EQ(op.dst, 0x80);
	operation_movsx(&op);
	EXPECT_EQ(op.dst, 0xffffffffffffff80);
	op.src = 0x7fff;
	op.src_size = 2;
	operation_movsx(&op);
	EXPECT_EQ(op.dst, 0x7fff);
	op.src = 0x80000000;
	op.src_size = 4;
	operation_movsx(&op);
	EXPECT_EQ(op.dst, 0xffffffff80000000);
	EXPECT_EQ(op.rflags, 0x2);
}
