/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instruction bytes to a description of the instruction.  SDM: "Instruction Format", "Opcode Map".
 * Knows the instructions that may meet a device, and says so about any other.
 */
#ifndef LINTEL_EMULATE_DECODE_H
#define LINTEL_EMULATE_DECODE_H

#include "emulate/operation.h"
#include "vcpu/vcpu.h"

#define INSN_MAX_LENGTH 15

/* Where an operand is, as a row of the opcode table says it. */
enum operand_place {
	PLACE_NONE,
	PLACE_RM,    /* ModRM r/m: memory or register */
	PLACE_REG,   /* ModRM reg */
	PLACE_IMM,   /* immediate of the operand's size, 4 bytes sign-extended for 8 */
	PLACE_IMM8,  /* one byte, sign-extended */
	PLACE_ACC,   /* AL, AX, EAX, RAX */
	PLACE_MOFFS, /* memory, the address follows the opcode */
	PLACE_SI,    /* memory at DS:SI (the segment can be overridden), SI then moves */
	PLACE_DI,    /* memory at ES:DI, DI then moves */
	PLACE_PUSH,  /* memory below the top of the stack, which then moves */
	PLACE_POP,   /* memory at the top of the stack, which then moves */
};

/* Properties of an opcode. */
enum {
	INSN_BYTE = 1 << 0, /* operands are bytes */
	INSN_SRC8 = 1 << 1, /* the second operand has this size, whatever the first one's */
	INSN_SRC16 = 1 << 2,
	INSN_SRC32 = 1 << 3,
	INSN_READS = 1 << 4,	  /* the first operand is read */
	INSN_WRITES = 1 << 5,	  /* the first operand is written */
	INSN_WRITES_SRC = 1 << 6, /* the second operand is written */
	INSN_WRITES_ACC = 1 << 7, /* the accumulator is written when ZF is clear (CMPXCHG) */
	INSN_LOCK = 1 << 8,	  /* LOCK is allowed, with the first operand in memory */
	INSN_STACK = 1 << 9,	  /* 64 bits by default in 64-bit mode */
	INSN_STRING = 1 << 10,	  /* REP is allowed */
	INSN_WHILE_ZF = 1 << 11,  /* REPE and REPNE look at ZF */
	INSN_ONLY64 = 1 << 12,	  /* only in 64-bit mode */
	INSN_BIT_BASE = 1 << 13,  /* the second operand, signed, chooses the word in memory */
	INSN_PLAIN = 1 << 14,	  /* another instruction with 66, F2 or F3 */
	INSN_IO = 1 << 15,	  /* INS, OUTS: no more than 4 bytes */
};

struct opcode {
	const char *name; /* NULL: not known */
	enum operand_place dst, src;
	operation_fn *execute;
	u32 flags;
	const struct opcode *group; /* eight rows, by ModRM reg, instead of all the above */
};

/* The opcode maps: one byte, and 0F with a second. */
extern const struct opcode opcode_map[256];
extern const struct opcode opcode_map_0f[256];

#define INSN_NO_REG (-1)

/* An address in memory: segment:(base + index * scale + displacement), cut to `width` bytes. */
struct insn_memory {
	s64 displacement;
	u8 segment;	   /* enum vcpu_seg */
	s8 base, index;	   /* enum vcpu_reg or INSN_NO_REG */
	u8 scale;
	u8 width;
	bool rip_relative; /* plus the address of the next instruction */
};

enum operand_kind { OPERAND_NONE, OPERAND_REG, OPERAND_MEMORY, OPERAND_IMMEDIATE };

struct insn_operand {
	u8 kind; /* enum operand_kind */
	u8 size; /* bytes */
	u8 reg;	 /* enum vcpu_reg */
	bool high_byte; /* AH, CH, DH, BH: `reg` is AX, CX, DX, BX */
	struct insn_memory memory;
	u64 immediate;
};

enum insn_repeat { REPEAT_NONE, REPEAT_F2 = 0xf2, REPEAT_F3 = 0xf3 };

struct insn {
	const struct opcode *opcode;
	u8 length;
	u8 operand_size, address_size; /* bytes */
	u8 repeat;		       /* enum insn_repeat; only of a string instruction */
	bool lock;
	struct insn_operand dst, src;
};

enum decode_result {
	DECODE_OK,
	DECODE_SHORT,	/* goes on beyond the bytes given */
	DECODE_LONG,	/* longer than 15 bytes */
	DECODE_UNKNOWN, /* not in the table */
	DECODE_INVALID, /* a combination that the processor refuses */
};

/*
 * Pure.  `width` is the code's default: WIDTH_16, WIDTH_32, WIDTH_64 = 64-bit mode.
 * *insn counts only with DECODE_OK.
 */
enum decode_result insn_decode(const u8 *bytes, size_t available, enum vcpu_width width,
			       struct insn *insn);

const char *decode_reason(enum decode_result result);

#endif
