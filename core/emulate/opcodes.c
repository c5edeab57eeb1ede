// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions that Lintel can do in the processor's place: one row each.
 */
#include "emulate/decode.h"

/* clang-format off */

/* Shorthands of this table only. */
#define RW  (INSN_READS | INSN_WRITES)
#define RWL (RW | INSN_LOCK)

#define ROW(text, first, second, what, bits)                                                       \
	{ .name = text, .execute = operation_##what, .flags = bits, .dst = PLACE_##first,          \
	  .src = PLACE_##second }
/* The same, with the lengths of both operands (LENGTH_...). */
#define SIZED(text, first, length1, second, length2, what, bits)                                   \
	{ .name = text, .execute = operation_##what, .flags = bits, .dst = PLACE_##first,          \
	  .src = PLACE_##second, .dst_length = LENGTH_##length1, .src_length = LENGTH_##length2 }
/* State to memory, memory to state. */
#define STORE(text, first, length, what, bits)                                                     \
	{ .name = text, .execute = operation_mov_long, .flags = INSN_WRITES | (bits),              \
	  .dst = PLACE_##first, .src = PLACE_STATE, .dst_length = LENGTH_##length,                 \
	  .src_length = LENGTH_##length, .state = STATE_##what }
#define LOAD(text, second, length, what, bits)                                                     \
	{ .name = text, .execute = operation_mov, .flags = INSN_LOADS | (bits),                    \
	  .src = PLACE_##second, .src_length = LENGTH_##length, .state = STATE_##what }
#define GROUP(rows) { .group = (rows) }
#define BY_PREFIX(rows) { .group = (rows), .flags = INSN_BY_PREFIX }

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

#define UNARY(extra)                                                                               \
	{                                                                                          \
		ROW("test", RM, IMM, test, INSN_READS | (extra)),                                  \
		ROW("test", RM, IMM, test, INSN_READS | (extra)),                                  \
		ROW("not", RM, NONE, not, RWL | (extra)),                                          \
		ROW("neg", RM, NONE, neg, RWL | (extra)),                                          \
		ROW("mul", NONE, RM, mul, extra),                                                  \
		ROW("imul", NONE, RM, imul, extra),                                                \
		ROW("div", NONE, RM, div, extra),                                                  \
		ROW("idiv", NONE, RM, idiv, extra),                                                \
	}

static const struct opcode group_f6[8] = UNARY(INSN_BYTE);
static const struct opcode group_f7[8] = UNARY(0);

/* C0, C1, D0 to D3. */
#define SHIFTS(count, extra)                                                                       \
	{                                                                                          \
		ROW("rol", RM, count, rol, RW | (extra)),                                          \
		ROW("ror", RM, count, ror, RW | (extra)),                                          \
		ROW("rcl", RM, count, rcl, RW | (extra)),                                          \
		ROW("rcr", RM, count, rcr, RW | (extra)),                                          \
		ROW("shl", RM, count, shl, RW | (extra)),                                          \
		ROW("shr", RM, count, shr, RW | (extra)),                                          \
		ROW("shl", RM, count, shl, RW | (extra)),                                          \
		ROW("sar", RM, count, sar, RW | (extra)),                                          \
	}

static const struct opcode group_c0[8] = SHIFTS(IMM8, INSN_BYTE);
static const struct opcode group_c1[8] = SHIFTS(IMM8, 0);
static const struct opcode group_d0[8] = SHIFTS(ONE, INSN_BYTE);
static const struct opcode group_d1[8] = SHIFTS(ONE, 0);
static const struct opcode group_d2[8] = SHIFTS(CL, INSN_BYTE);
static const struct opcode group_d3[8] = SHIFTS(CL, 0);

static const struct opcode group_fe[8] = {
	[0] = ROW("inc", RM, NONE, inc, RWL | INSN_BYTE),
	[1] = ROW("dec", RM, NONE, dec, RWL | INSN_BYTE),
};

static const struct opcode group_ff[8] = {
	[0] = ROW("inc", RM, NONE, inc, RWL),
	[1] = ROW("dec", RM, NONE, dec, RWL),
	[2] = ROW("call", PUSH, RM, call, INSN_WRITES | INSN_NEAR),
	[3] = { .name = "call far", .execute = operation_call_far, .dst = PLACE_PUSH,
		.src = PLACE_RM, .dst_length = LENGTH_STACK, .src_length = LENGTH_FAR,
		.flags = INSN_WRITES | INSN_LOADS | INSN_MEMORY, .state = STATE_CS_IP },
	[4] = ROW("jmp", NONE, RM, jmp, INSN_NEAR),
	[5] = LOAD("jmp far", RM, FAR, CS_IP, INSN_MEMORY),
	[6] = ROW("push", PUSH, RM, mov, INSN_WRITES | INSN_STACK),
};

static const struct opcode group_d9[8] = {
	[7] = STORE("fnstcw", RM, 2, FCW, INSN_MEMORY),
};

static const struct opcode group_dd[8] = {
	[7] = STORE("fnstsw", RM, 2, FSW, INSN_MEMORY),
};

static const struct opcode group_0f00[8] = {
	[0] = STORE("sldt", RM, WORD, LDTR, INSN_PROTECTED | INSN_UMIP),
	[1] = STORE("str", RM, WORD, TR, INSN_PROTECTED | INSN_UMIP),
	[2] = LOAD("lldt", RM, 2, LDTR, INSN_PROTECTED | INSN_CPL0),
	[3] = LOAD("ltr", RM, 2, TR, INSN_PROTECTED | INSN_CPL0),
};

static const struct opcode group_0f01[8] = {
	[0] = STORE("sgdt", RM, TABLE, GDTR, INSN_MEMORY | INSN_UMIP),
	[1] = STORE("sidt", RM, TABLE, IDTR, INSN_MEMORY | INSN_UMIP),
	[2] = LOAD("lgdt", RM, TABLE, GDTR, INSN_MEMORY | INSN_CPL0),
	[3] = LOAD("lidt", RM, TABLE, IDTR, INSN_MEMORY | INSN_CPL0),
	[4] = STORE("smsw", RM, WORD, MSW, INSN_UMIP),
	[6] = LOAD("lmsw", RM, 2, MSW, INSN_CPL0),
};

static const struct opcode group_0fae[8] = {
	[3] = STORE("stmxcsr", RM, 4, MXCSR, INSN_MEMORY | INSN_PLAIN),
};

static const struct opcode group_0fc7[8] = {
	[1] = SIZED("cmpxchg8b", RM, PAIR, NONE, OPERAND, cmpxchg_pair,
		    RWL | INSN_MEMORY | INSN_ALIGNED),
};

static const struct opcode group_0fba[8] = {
	[4] = ROW("bt", RM, IMM8, bt, INSN_READS),
	[5] = ROW("bts", RM, IMM8, bts, RWL),
	[6] = ROW("btr", RM, IMM8, btr, RWL),
	[7] = ROW("btc", RM, IMM8, btc, RWL),
};

/* Moves of the MMX and SSE registers; rows by prefix: none, 66, F3, F2. */

static const struct opcode prefix_10[4] = {
	LOAD("movups", RM, 16, XMM, 0), LOAD("movupd", RM, 16, XMM, 0),
	LOAD("movss", RM, 4, XMM, INSN_MEMORY), LOAD("movsd", RM, 8, XMM, INSN_MEMORY),
};

static const struct opcode prefix_11[4] = {
	STORE("movups", RM, 16, XMM, 0), STORE("movupd", RM, 16, XMM, 0),
	STORE("movss", RM, 4, XMM, INSN_MEMORY), STORE("movsd", RM, 8, XMM, INSN_MEMORY),
};

static const struct opcode prefix_12[4] = {
	LOAD("movlps", RM, 8, XMM_LOW, INSN_MEMORY), LOAD("movlpd", RM, 8, XMM_LOW, INSN_MEMORY),
};

static const struct opcode prefix_13[4] = {
	STORE("movlps", RM, 8, XMM_LOW, INSN_MEMORY), STORE("movlpd", RM, 8, XMM_LOW, INSN_MEMORY),
};

static const struct opcode prefix_16[4] = {
	LOAD("movhps", RM, 8, XMM_HIGH, INSN_MEMORY), LOAD("movhpd", RM, 8, XMM_HIGH, INSN_MEMORY),
};

static const struct opcode prefix_17[4] = {
	STORE("movhps", RM, 8, XMM_HIGH, INSN_MEMORY),
	STORE("movhpd", RM, 8, XMM_HIGH, INSN_MEMORY),
};

static const struct opcode prefix_28[4] = {
	LOAD("movaps", RM, 16, XMM, INSN_ALIGNED), LOAD("movapd", RM, 16, XMM, INSN_ALIGNED),
};

static const struct opcode prefix_29[4] = {
	STORE("movaps", RM, 16, XMM, INSN_ALIGNED), STORE("movapd", RM, 16, XMM, INSN_ALIGNED),
};

static const struct opcode prefix_2b[4] = {
	STORE("movntps", RM, 16, XMM, INSN_ALIGNED | INSN_MEMORY),
	STORE("movntpd", RM, 16, XMM, INSN_ALIGNED | INSN_MEMORY),
};

static const struct opcode prefix_6e[4] = {
	LOAD("movd", RM, REX, MMX, 0), LOAD("movd", RM, REX, XMM, 0),
};

static const struct opcode prefix_6f[4] = {
	LOAD("movq", RM, 8, MMX, 0), LOAD("movdqa", RM, 16, XMM, INSN_ALIGNED),
	LOAD("movdqu", RM, 16, XMM, 0),
};

static const struct opcode prefix_7e[4] = {
	STORE("movd", RM, REX, MMX, 0), STORE("movd", RM, REX, XMM, 0),
	LOAD("movq", RM, 8, XMM, 0),
};

static const struct opcode prefix_7f[4] = {
	STORE("movq", RM, 8, MMX, 0), STORE("movdqa", RM, 16, XMM, INSN_ALIGNED),
	STORE("movdqu", RM, 16, XMM, 0),
};

static const struct opcode prefix_d6[4] = {
	[1] = STORE("movq", RM, 8, XMM, 0),
};

static const struct opcode prefix_e7[4] = {
	STORE("movntq", RM, 8, MMX, INSN_MEMORY),
	STORE("movntdq", RM, 16, XMM, INSN_ALIGNED | INSN_MEMORY),
};

static const struct opcode prefix_f0[4] = {
	[3] = LOAD("lddqu", RM, 16, XMM, INSN_MEMORY),
};

/* With F3 other instructions, where the processor has them. */
static const struct opcode prefix_bc[4] = {
	ROW("bsf", REG, RM, bsf, RW), ROW("bsf", REG, RM, bsf, RW),
};

static const struct opcode prefix_bd[4] = {
	ROW("bsr", REG, RM, bsr, RW), ROW("bsr", REG, RM, bsr, RW),
};

/* A far pointer to a segment register and a general one. */
#define FAR_LOAD(text, segment, bits)                                                              \
	{ .name = text, .execute = operation_mov, .dst = PLACE_REG, .src = PLACE_RM,               \
	  .src_length = LENGTH_FAR, .state = STATE_##segment,                                      \
	  .flags = INSN_WRITES | INSN_LOADS | INSN_MEMORY | (bits) }

const struct opcode opcode_map[256] = {
	[0x06] = STORE("push", PUSH, OPERAND, ES, INSN_STACK | INSN_NOT64),
	[0x07] = LOAD("pop", POP, OPERAND, ES, INSN_STACK | INSN_NOT64),
	[0x0e] = STORE("push", PUSH, OPERAND, CS, INSN_STACK | INSN_NOT64),
	[0x16] = STORE("push", PUSH, OPERAND, SS, INSN_STACK | INSN_NOT64),
	[0x17] = LOAD("pop", POP, OPERAND, SS, INSN_STACK | INSN_NOT64),
	[0x1e] = STORE("push", PUSH, OPERAND, DS, INSN_STACK | INSN_NOT64),
	[0x1f] = LOAD("pop", POP, OPERAND, DS, INSN_STACK | INSN_NOT64),
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
	[0x50 ... 0x57] = ROW("push", PUSH, OPCODE, mov, INSN_WRITES | INSN_STACK),
	[0x58 ... 0x5f] = ROW("pop", OPCODE, POP, mov, INSN_WRITES | INSN_STACK),
	[0x60] = STORE("pusha", PUSH, ALL, ALL, INSN_NOT64),
	[0x61] = LOAD("popa", POP, ALL, ALL, INSN_NOT64),
	[0x63] = SIZED("movsxd", REG, OPERAND, RM, DOUBLEWORD, movsx, INSN_WRITES | INSN_ONLY64),
	[0x68] = ROW("push", PUSH, IMM, mov, INSN_WRITES | INSN_STACK),
	[0x69] = ROW("imul", REG, RM, imul3, INSN_WRITES | INSN_IMM),
	[0x6a] = ROW("push", PUSH, IMM8, mov, INSN_WRITES | INSN_STACK),
	[0x6b] = ROW("imul", REG, RM, imul3, INSN_WRITES | INSN_IMM8),
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
	[0x8c] = STORE("mov", RM, WORD, SEGMENT, 0),
	[0x8e] = LOAD("mov", RM, 2, SEGMENT, 0),
	[0x8f] = GROUP(group_8f),
	[0x9c] = STORE("pushf", PUSH, OPERAND, FLAGS, INSN_STACK),
	[0x9d] = LOAD("popf", POP, OPERAND, FLAGS, INSN_STACK),
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
	[0xc0] = GROUP(group_c0),
	[0xc1] = GROUP(group_c1),
	[0xc2] = ROW("ret", NONE, POP, ret, INSN_NEAR | INSN_IMM16),
	[0xc3] = ROW("ret", NONE, POP, ret, INSN_NEAR),
	[0xc4] = FAR_LOAD("les", ES, INSN_NOT64),
	[0xc5] = FAR_LOAD("lds", DS, INSN_NOT64),
	[0xc6] = GROUP(group_c6),
	[0xc7] = GROUP(group_c7),
	[0xc8] = ROW("enter", PUSH, FRAME, mov, INSN_WRITES | INSN_STACK | INSN_IMM16 | INSN_FRAME),
	[0xc9] = ROW("leave", FRAME, LEAVE, mov, INSN_WRITES | INSN_STACK),
	[0xca] = LOAD("ret far", POP, STACK, CS_IP, INSN_IMM16),
	[0xcb] = LOAD("ret far", POP, STACK, CS_IP, 0),
	[0xd0] = GROUP(group_d0),
	[0xd1] = GROUP(group_d1),
	[0xd2] = GROUP(group_d2),
	[0xd3] = GROUP(group_d3),
	[0xd7] = ROW("xlat", ACC, TABLE, mov, INSN_WRITES | INSN_BYTE),
	[0xd9] = GROUP(group_d9),
	[0xdd] = GROUP(group_dd),
	[0xe8] = ROW("call", PUSH, IMM, call_relative, INSN_WRITES | INSN_NEAR),
	[0xf6] = GROUP(group_f6),
	[0xf7] = GROUP(group_f7),
	[0xfe] = GROUP(group_fe),
	[0xff] = GROUP(group_ff),
};

const struct opcode opcode_map_0f[256] = {
	[0x00] = GROUP(group_0f00),
	[0x01] = GROUP(group_0f01),
	[0x10] = BY_PREFIX(prefix_10),
	[0x11] = BY_PREFIX(prefix_11),
	[0x12] = BY_PREFIX(prefix_12),
	[0x13] = BY_PREFIX(prefix_13),
	[0x16] = BY_PREFIX(prefix_16),
	[0x17] = BY_PREFIX(prefix_17),
	[0x28] = BY_PREFIX(prefix_28),
	[0x29] = BY_PREFIX(prefix_29),
	[0x2b] = BY_PREFIX(prefix_2b),
	[0x40 ... 0x4f] = ROW("cmov", REG, RM, cmov, RW),
	[0x6e] = BY_PREFIX(prefix_6e),
	[0x6f] = BY_PREFIX(prefix_6f),
	[0x7e] = BY_PREFIX(prefix_7e),
	[0x7f] = BY_PREFIX(prefix_7f),
	[0x90 ... 0x9f] = ROW("set", RM, NONE, setcc, INSN_WRITES | INSN_BYTE),
	[0xa0] = STORE("push", PUSH, OPERAND, FS, INSN_STACK),
	[0xa1] = LOAD("pop", POP, OPERAND, FS, INSN_STACK),
	[0xa3] = ROW("bt", RM, REG, bt, INSN_READS | INSN_BIT_BASE),
	[0xa4] = ROW("shld", RM, REG, shld, RW | INSN_IMM8),
	[0xa5] = ROW("shld", RM, REG, shld, RW | INSN_EXTRA_CL),
	[0xa8] = STORE("push", PUSH, OPERAND, GS, INSN_STACK),
	[0xa9] = LOAD("pop", POP, OPERAND, GS, INSN_STACK),
	[0xab] = ROW("bts", RM, REG, bts, RWL | INSN_BIT_BASE),
	[0xac] = ROW("shrd", RM, REG, shrd, RW | INSN_IMM8),
	[0xad] = ROW("shrd", RM, REG, shrd, RW | INSN_EXTRA_CL),
	[0xae] = GROUP(group_0fae),
	[0xaf] = ROW("imul", REG, RM, imul2, RW),
	[0xb0] = ROW("cmpxchg", RM, REG, cmpxchg, RWL | INSN_BYTE),
	[0xb1] = ROW("cmpxchg", RM, REG, cmpxchg, RWL),
	[0xb2] = FAR_LOAD("lss", SS, 0),
	[0xb3] = ROW("btr", RM, REG, btr, RWL | INSN_BIT_BASE),
	[0xb4] = FAR_LOAD("lfs", FS, 0),
	[0xb5] = FAR_LOAD("lgs", GS, 0),
	[0xb6] = SIZED("movzx", REG, OPERAND, RM, 1, mov, INSN_WRITES),
	[0xb7] = SIZED("movzx", REG, OPERAND, RM, 2, mov, INSN_WRITES),
	[0xba] = GROUP(group_0fba),
	[0xbb] = ROW("btc", RM, REG, btc, RWL | INSN_BIT_BASE),
	[0xbc] = BY_PREFIX(prefix_bc),
	[0xbd] = BY_PREFIX(prefix_bd),
	[0xbe] = SIZED("movsx", REG, OPERAND, RM, 1, movsx, INSN_WRITES),
	[0xbf] = SIZED("movsx", REG, OPERAND, RM, 2, movsx, INSN_WRITES),
	[0xc0] = ROW("xadd", RM, REG, xadd, RWL | INSN_WRITES_SRC | INSN_BYTE),
	[0xc1] = ROW("xadd", RM, REG, xadd, RWL | INSN_WRITES_SRC),
	[0xc3] = ROW("movnti", RM, REG, mov, INSN_WRITES | INSN_PLAIN | INSN_MEMORY),
	[0xc7] = GROUP(group_0fc7),
	[0xd6] = BY_PREFIX(prefix_d6),
	[0xe7] = BY_PREFIX(prefix_e7),
	[0xf0] = BY_PREFIX(prefix_f0),
};
