/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each instruction does with the values of its operands.  Pure functions: the executor brings
 * the values and takes them away.
 */
#ifndef LINTEL_EMULATE_OPERATION_H
#define LINTEL_EMULATE_OPERATION_H

#include "types.h"

#define RFLAGS_CF     BIT64(0)
#define RFLAGS_PF     BIT64(2)
#define RFLAGS_AF     BIT64(4)
#define RFLAGS_ZF     BIT64(6)
#define RFLAGS_SF     BIT64(7)
#define RFLAGS_OF     BIT64(11)
#define RFLAGS_STATUS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)

#define OPERATION_WORDS 4

/*
 * Values are zero-extended from their size in bytes when they come in; of what comes out, only the
 * low `size` bytes count.  Those of more than 8 bytes have several words.
 */
struct operation {
	union { /* first and second operand */
		u64 dst;
		u64 dst_words[OPERATION_WORDS];
	};
	union {
		u64 src;
		u64 src_words[OPERATION_WORDS];
	};
	u64 extra;			    /* a third operand */
	u64 accumulator, data, count, base; /* RAX, RDX, RCX, RBX */
	u64 rflags;
	u64 next; /* RIP of the next instruction */
	u16 cs;	  /* for far CALL */
	u8 size, src_size;
	u8 operand_size;
	u8 condition;	     /* low four bits of the opcode */
	u8 accumulator_size; /* bytes of RAX that it has written; 0: none */
	u8 data_size;	     /* of RDX */
	bool divide_error;   /* it has done nothing, and raises #DE */
	bool keeps_dst;	     /* the first operand is not written, not even its upper half */
};

typedef void operation_fn(struct operation *op);

/* --- operation.c --- */

operation_fn operation_mov;	 /* and all that only moves: MOVZX, MOVNTI, STOS, PUSH ... */
operation_fn operation_mov_long; /* all words */
operation_fn operation_movsx;	 /* MOVSX, MOVSXD */
operation_fn operation_xchg;
operation_fn operation_xadd;
operation_fn operation_cmpxchg;
operation_fn operation_cmpxchg_pair; /* CMPXCHG8B, CMPXCHG16B */
operation_fn operation_cmov;
operation_fn operation_setcc;
operation_fn operation_add;
operation_fn operation_adc;
operation_fn operation_sub;
operation_fn operation_sbb;
operation_fn operation_cmp;
operation_fn operation_and;
operation_fn operation_or;
operation_fn operation_xor;
operation_fn operation_test;
operation_fn operation_not;
operation_fn operation_neg;
operation_fn operation_inc;
operation_fn operation_dec;
operation_fn operation_bt;
operation_fn operation_bts;
operation_fn operation_btr;
operation_fn operation_btc;

/* --- shift.c --- */

operation_fn operation_rol;
operation_fn operation_ror;
operation_fn operation_rcl;
operation_fn operation_rcr;
operation_fn operation_shl;
operation_fn operation_shr;
operation_fn operation_sar;
operation_fn operation_shld;
operation_fn operation_shrd;
operation_fn operation_bsf;
operation_fn operation_bsr;

/* --- multiply.c --- */

operation_fn operation_mul;
operation_fn operation_imul;
operation_fn operation_imul2; /* the first operand by the second */
operation_fn operation_imul3; /* the second by the third */
operation_fn operation_div;
operation_fn operation_idiv;

/* --- branch.c: those that change `next` --- */

operation_fn operation_jmp;
operation_fn operation_call;
operation_fn operation_call_relative;
operation_fn operation_ret;
operation_fn operation_call_far; /* only what is pushed: the executor loads CS and IP */

/* "EFLAGS Condition Codes": does the condition of Jcc, SETcc, CMOVcc hold? */
bool operation_condition(u64 rflags, unsigned int condition);
/* Values as signed numbers of `size` bytes; and cut to it. */
u64 value_sign_extend(u64 value, unsigned int size);
u64 value_cut(u64 value, unsigned int size);

#endif
