// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions that Lintel can do in the processor's place: one row each.
 */
#include "emulate/decode.h"

/* clang-format off */

/* Shorthands of this table only. */
#define RW  (INSN_READS | INSN_WRITES)
#define RWL (RW | INSN_LOCK)

#define ROW(name, dst, src, execute, flags)                                                        \
	{ name, PLACE_##dst, PLACE_##src, operation_##execute, flags, NULL }
#define GROUP(rows) { .group = (rows) }

/* The four forms that two-operand arithmetic has with ModRM. */
#define ARITHMETIC(first, name)                                                                    \
	[(first) + 0] = ROW(#name, RM, REG, name, RWL | INSN_BYTE),                                \
	[(first) + 1] = ROW(#name, RM, REG, name, RWL),                                            \
	[(first) + 2] = ROW(#name, REG, RM, name, RW | INSN_BYTE),                                 \
	[(first) + 3] = ROW(#name, REG, RM, name, RW)

/* 80, 81, 83: ModRM reg chooses the operation. */
#define IMMEDIATES(imm, extra)                                                                     \
	{                                                                                          \
		ROW("add", RM, imm, add, RWL | (extra)),                                           \
		ROW("or", RM, imm, or, RWL | (extra)),                                             \
		ROW("adc", RM, imm, adc, RWL | (extra)),                                           \
		ROW("sbb", RM, imm, sbb, RWL | (extra)),                                           \
		ROW("and", RM, imm, and, RWL | (extra)),                                           \
		ROW("sub", RM, imm, sub, RWL | (extra)),                                           \
		ROW("xor", RM, imm, xor, RWL | (extra)),                                           \
		ROW("cmp", RM, imm, cmp, INSN_READS | (extra)),                                    \
	}

static const struct opcode group_80[8] = IMMEDIATES(IMM, INSN_BYTE);
static const struct opcode group_81[8] = IMMEDIATES(IMM, 0);
static const struct opcode group_83[8] = IMMEDIATES(IMM8, 0);

static const struct opcode group_8f[8] = {
	[0] = ROW("pop", RM, POP, mov, INSN_WRITES | INSN_STACK),
};

static const struct opcode group_c6[8] = {
	[0] = ROW("mov", RM, IMM, mov, INSN_WRITES | INSN_BYTE),
};

static const struct opcode group_c7[8] = {
	[0] = ROW("mov", RM, IMM, mov, INSN_WRITES),
};

static const struct opcode group_f6[8] = {
	[0] = ROW("test", RM, IMM, test, INSN_READS | INSN_BYTE),
	[1] = ROW("test", RM, IMM, test, INSN_READS | INSN_BYTE),
	[2] = ROW("not", RM, NONE, not, RWL | INSN_BYTE),
	[3] = ROW("neg", RM, NONE, neg, RWL | INSN_BYTE),
};

static const struct opcode group_f7[8] = {
	[0] = ROW("test", RM, IMM, test, INSN_READS),
	[1] = ROW("test", RM, IMM, test, INSN_READS),
	[2] = ROW("not", RM, NONE, not, RWL),
	[3] = ROW("neg", RM, NONE, neg, RWL),
};

static const struct opcode group_fe[8] = {
	[0] = ROW("inc", RM, NONE, inc, RWL | INSN_BYTE),
	[1] = ROW("dec", RM, NONE, dec, RWL | INSN_BYTE),
};

static const struct opcode group_ff[8] = {
	[0] = ROW("inc", RM, NONE, inc, RWL),
	[1] = ROW("dec", RM, NONE, dec, RWL),
	[6] = ROW("push", PUSH, RM, mov, INSN_WRITES | INSN_STACK),
};

static const struct opcode group_0fba[8] = {
	[4] = ROW("bt", RM, IMM8, bt, INSN_READS),
	[5] = ROW("bts", RM, IMM8, bts, RWL),
	[6] = ROW("btr", RM, IMM8, btr, RWL),
	[7] = ROW("btc", RM, IMM8, btc, RWL),
};

const struct opcode opcode_map[256] = {
	ARITHMETIC(0x00, add),
	ARITHMETIC(0x08, or),
	ARITHMETIC(0x10, adc),
	ARITHMETIC(0x18, sbb),
	ARITHMETIC(0x20, and),
	ARITHMETIC(0x28, sub),
	ARITHMETIC(0x30, xor),
	[0x38] = ROW("cmp", RM, REG, cmp, INSN_READS | INSN_BYTE),
	[0x39] = ROW("cmp", RM, REG, cmp, INSN_READS),
	[0x3a] = ROW("cmp", REG, RM, cmp, INSN_READS | INSN_BYTE),
	[0x3b] = ROW("cmp", REG, RM, cmp, INSN_READS),
	[0x63] = ROW("movsxd", REG, RM, movsx, INSN_WRITES | INSN_SRC32 | INSN_ONLY64),
	[0x6c] = ROW("ins", DI, NONE, mov, INSN_WRITES | INSN_STRING | INSN_IO | INSN_BYTE),
	[0x6d] = ROW("ins", DI, NONE, mov, INSN_WRITES | INSN_STRING | INSN_IO),
	[0x6e] = ROW("outs", NONE, SI, mov, INSN_STRING | INSN_IO | INSN_BYTE),
	[0x6f] = ROW("outs", NONE, SI, mov, INSN_STRING | INSN_IO),
	[0x80] = GROUP(group_80),
	[0x81] = GROUP(group_81),
	[0x83] = GROUP(group_83),
	[0x84] = ROW("test", RM, REG, test, INSN_READS | INSN_BYTE),
	[0x85] = ROW("test", RM, REG, test, INSN_READS),
	[0x86] = ROW("xchg", RM, REG, xchg, RWL | INSN_WRITES_SRC | INSN_BYTE),
	[0x87] = ROW("xchg", RM, REG, xchg, RWL | INSN_WRITES_SRC),
	[0x88] = ROW("mov", RM, REG, mov, INSN_WRITES | INSN_BYTE),
	[0x89] = ROW("mov", RM, REG, mov, INSN_WRITES),
	[0x8a] = ROW("mov", REG, RM, mov, INSN_WRITES | INSN_BYTE),
	[0x8b] = ROW("mov", REG, RM, mov, INSN_WRITES),
	[0x8f] = GROUP(group_8f),
	[0xa0] = ROW("mov", ACC, MOFFS, mov, INSN_WRITES | INSN_BYTE),
	[0xa1] = ROW("mov", ACC, MOFFS, mov, INSN_WRITES),
	[0xa2] = ROW("mov", MOFFS, ACC, mov, INSN_WRITES | INSN_BYTE),
	[0xa3] = ROW("mov", MOFFS, ACC, mov, INSN_WRITES),
	[0xa4] = ROW("movs", DI, SI, mov, INSN_WRITES | INSN_STRING | INSN_BYTE),
	[0xa5] = ROW("movs", DI, SI, mov, INSN_WRITES | INSN_STRING),
	[0xa6] = ROW("cmps", SI, DI, cmp, INSN_READS | INSN_STRING | INSN_WHILE_ZF | INSN_BYTE),
	[0xa7] = ROW("cmps", SI, DI, cmp, INSN_READS | INSN_STRING | INSN_WHILE_ZF),
	[0xaa] = ROW("stos", DI, ACC, mov, INSN_WRITES | INSN_STRING | INSN_BYTE),
	[0xab] = ROW("stos", DI, ACC, mov, INSN_WRITES | INSN_STRING),
	[0xac] = ROW("lods", ACC, SI, mov, INSN_WRITES | INSN_STRING | INSN_BYTE),
	[0xad] = ROW("lods", ACC, SI, mov, INSN_WRITES | INSN_STRING),
	[0xae] = ROW("scas", ACC, DI, cmp, INSN_READS | INSN_STRING | INSN_WHILE_ZF | INSN_BYTE),
	[0xaf] = ROW("scas", ACC, DI, cmp, INSN_READS | INSN_STRING | INSN_WHILE_ZF),
	[0xc6] = GROUP(group_c6),
	[0xc7] = GROUP(group_c7),
	[0xf6] = GROUP(group_f6),
	[0xf7] = GROUP(group_f7),
	[0xfe] = GROUP(group_fe),
	[0xff] = GROUP(group_ff),
};

const struct opcode opcode_map_0f[256] = {
	[0xa3] = ROW("bt", RM, REG, bt, INSN_READS | INSN_BIT_BASE),
	[0xab] = ROW("bts", RM, REG, bts, RWL | INSN_BIT_BASE),
	[0xb0] = ROW("cmpxchg", RM, REG, cmpxchg, RWL | INSN_WRITES_ACC | INSN_BYTE),
	[0xb1] = ROW("cmpxchg", RM, REG, cmpxchg, RWL | INSN_WRITES_ACC),
	[0xb3] = ROW("btr", RM, REG, btr, RWL | INSN_BIT_BASE),
	[0xb6] = ROW("movzx", REG, RM, mov, INSN_WRITES | INSN_SRC8),
	[0xb7] = ROW("movzx", REG, RM, mov, INSN_WRITES | INSN_SRC16),
	[0xba] = GROUP(group_0fba),
	[0xbb] = ROW("btc", RM, REG, btc, RWL | INSN_BIT_BASE),
	[0xbe] = ROW("movsx", REG, RM, movsx, INSN_WRITES | INSN_SRC8),
	[0xbf] = ROW("movsx", REG, RM, movsx, INSN_WRITES | INSN_SRC16),
	[0xc0] = ROW("xadd", RM, REG, xadd, RWL | INSN_WRITES_SRC | INSN_BYTE),
	[0xc1] = ROW("xadd", RM, REG, xadd, RWL | INSN_WRITES_SRC),
	[0xc3] = ROW("movnti", RM, REG, mov, INSN_WRITES | INSN_PLAIN),
};
