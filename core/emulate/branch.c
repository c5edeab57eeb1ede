// SPDX-License-Identifier: GPL-2.0
/*
 * Branches: what they push, and where they go.  SDM: "CALL", "JMP", "RET".
 */
#include "emulate/operation.h"

void operation_jmp(struct operation *op)
{
	op->next = op->src;
}

void operation_call(struct operation *op)
{
	op->dst = op->next;
	op->next = op->src;
}

void operation_call_relative(struct operation *op)
{
	op->dst = op->next;
	op->next = value_cut(op->next + value_sign_extend(op->src, op->src_size), op->operand_size);
}

void operation_ret(struct operation *op)
{
	op->next = op->src;
}

/* CS above the offset of the next instruction. */
void operation_call_far(struct operation *op)
{
	op->dst_words[1] = 0;
	if (op->operand_size == 8)
		op->dst_words[1] = op->cs;
	op->dst = value_cut(op->next, op->operand_size);
	if (op->operand_size < 8)
		op->dst |= (u64)op->cs << (8 * op->operand_size);
}
