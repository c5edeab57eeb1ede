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

/*
 * Values are zero-extended from their size in bytes (1, 2, 4, 8) when they come in; of what comes
 * out, only the low `size` bytes count.
 */
struct operation {
	u64 dst, src; /* first and second operand */
	u64 accumulator;
	u64 rflags;
	unsigned int size, src_size;
};

typedef void operation_fn(struct operation *op);

operation_fn operation_mov;   /* and all that only moves: MOVZX, MOVNTI, STOS, PUSH ... */
operation_fn operation_movsx; /* MOVSX, MOVSXD */
operation_fn operation_xchg;
operation_fn operation_xadd;
operation_fn operation_cmpxchg;
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

#endif
