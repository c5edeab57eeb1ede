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
	PLACE_RM,     /* ModRM r/m: memory or register */
	PLACE_REG,    /* ModRM reg */
	PLACE_OPCODE, /* the register in the low bits of the opcode */
	PLACE_FRAME,  /* RBP */
	PLACE_IMM,    /* immediate of the operand's size, 4 bytes sign-extended for 8 */
	PLACE_IMM8,   /* one byte, sign-extended */
	PLACE_ONE,    /* the number 1 */
	PLACE_CL,
	PLACE_ACC,   /* AL, AX, EAX, RAX */
	PLACE_MOFFS, /* memory, the address follows the opcode */
	PLACE_TABLE, /* memory at DS:BX + AL (the segment can be overridden) */
	PLACE_SI,    /* memory at DS:SI (the segment can be overridden), SI then moves */
	PLACE_DI,    /* memory at ES:DI, DI then moves */
	PLACE_PUSH,  /* memory below the top of the stack, which then moves */
	PLACE_POP,   /* memory at the top of the stack, which then moves */
	PLACE_LEAVE, /* memory at SS:BP, to where the top of the stack then moves, and is popped */
	PLACE_STATE, /* none of these: what the row's `state` says */
};

/* How long an operand is. */
enum operand_length {
	LENGTH_OPERAND, /* the operand size */
	LENGTH_1,
	LENGTH_2,
	LENGTH_4,
	LENGTH_8,
	LENGTH_16,
	LENGTH_WORD,	   /* 2 in memory; the operand size in a register */
	LENGTH_REX,	   /* 4, or 8 with REX.W */
	LENGTH_DOUBLEWORD, /* 4, or 2 with a 16-bit operand size */
	LENGTH_FAR,	   /* an offset and a selector */
	LENGTH_PAIR,	   /* two of the operand size, which is at least 4 */
	LENGTH_STACK,	   /* two of the operand size: CS and IP as far CALL pushes them */
	LENGTH_ALL,	   /* eight of the operand size */
	LENGTH_TABLE,	   /* a limit and a base, as LGDT reads them */
};
#define OPERAND_MAX_LENGTH 32

/* Operands that are neither general registers nor memory. */
enum insn_state {
	STATE_NONE,
	STATE_ES, /* the segment registers, in their order */
	STATE_CS,
	STATE_SS,
	STATE_DS,
	STATE_FS,
	STATE_GS,
	STATE_SEGMENT, /* that of ModRM reg */
	STATE_LDTR,
	STATE_TR,
	STATE_CS_IP, /* where a far branch goes */
	STATE_GDTR,
	STATE_IDTR,
	STATE_MSW,
	STATE_FLAGS,
	STATE_ALL, /* the eight registers of PUSHA */
	STATE_MMX,
	STATE_XMM,	/* loading less than all of it clears the rest */
	STATE_XMM_LOW,	/* the low 8 bytes */
	STATE_XMM_HIGH, /* the high 8 bytes */
	STATE_FCW,
	STATE_FSW,
	STATE_MXCSR,
};

/* Properties of an opcode. */
enum {
	INSN_BYTE = 1 << 0,	  /* the operand size is a byte */
	INSN_READS = 1 << 1,	  /* the first operand is read */
	INSN_WRITES = 1 << 2,	  /* the first operand is written */
	INSN_WRITES_SRC = 1 << 3, /* the second operand is written */
	INSN_LOADS = 1 << 4,	  /* `state` is loaded from the second operand */
	INSN_LOCK = 1 << 5,	  /* LOCK is allowed, with the first operand in memory */
	INSN_STACK = 1 << 6,	  /* 64 bits by default in 64-bit mode */
	INSN_NEAR = 1 << 7,	  /* always 64 bits in 64-bit mode */
	INSN_STRING = 1 << 8,	  /* REP is allowed */
	INSN_WHILE_ZF = 1 << 9,	  /* REPE and REPNE look at ZF */
	INSN_ONLY64 = 1 << 10,	  /* only in 64-bit mode */
	INSN_NOT64 = 1 << 11,	  /* not in 64-bit mode */
	INSN_BIT_BASE = 1 << 12,  /* the second operand, signed, chooses the word in memory */
	INSN_MEMORY = 1 << 13,	  /* ModRM r/m must be memory */
	INSN_PLAIN = 1 << 14,	  /* another instruction with 66, F2 or F3 */
	INSN_IO = 1 << 15,	  /* INS, OUTS: no more than 4 bytes */
	INSN_ALIGNED = 1 << 16,	  /* an operand in memory must be aligned if it has 16 bytes */
	INSN_IMM = 1 << 17,	  /* a third operand: an immediate of the operand's size */
	INSN_IMM8 = 1 << 18,	  /* one of a byte, sign-extended */
	INSN_IMM16 = 1 << 19,	  /* one of two bytes */
	INSN_EXTRA_CL = 1 << 20,  /* it is CL */
	INSN_FRAME = 1 << 21,	  /* ENTER: one more byte, the nesting level */
	INSN_BY_PREFIX = 1 << 22, /* `group`: four rows, by the prefix: none, 66, F3, F2 */
	INSN_PROTECTED = 1 << 23, /* #UD in real-address and virtual-8086 mode */
	INSN_CPL0 = 1 << 24,	  /* #GP at another privilege level */
	INSN_UMIP = 1 << 25,	  /* the same, with CR4.UMIP alone */
};

struct opcode {
	const char *name; /* NULL: not known */
	operation_fn *execute;
	u32 flags;
	u8 dst, src;		    /* enum operand_place */
	u8 dst_length, src_length;  /* enum operand_length */
	u8 state;		    /* enum insn_state */
	const struct opcode *group; /* eight rows, by ModRM reg, instead of all the above */
};

/* The opcode maps: one byte, and 0F with a second. */
extern const struct opcode opcode_map[256];
extern const struct opcode opcode_map_0f[256];

#define INSN_NO_REG (-1)

/* An address in memory: segment:(base + index * scale + displacement), cut to `width` bytes. */
struct insn_memory {
	s64 displacement;
	u8 segment;	/* enum vcpu_seg */
	s8 base, index; /* enum vcpu_reg or INSN_NO_REG */
	u8 scale;
	u8 width;
	bool rip_relative; /* plus the address of the next instruction */
};

enum operand_kind {
	OPERAND_NONE,
	OPERAND_REG,
	OPERAND_MEMORY,
	OPERAND_IMMEDIATE,
	OPERAND_STATE, /* that of the opcode's row */
};

struct insn_operand {
	u8 kind;	/* enum operand_kind */
	u8 size;	/* bytes */
	u8 reg;		/* enum vcpu_reg */
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
	u8 condition;		       /* the low four bits of the opcode */
	u8 reg;			       /* ModRM reg, with REX.R */
	bool lock;
	u8 level;  /* of ENTER */
	u64 extra; /* the third operand, if it is an immediate */
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
