// SPDX-License-Identifier: GPL-2.0
/*
 * What the SDM leaves undefined, on the pages of the instructions.
 */
#include <string.h>

#include "native/instruction.h"
#include "vcpu/state.h"

#define OF_A_PRODUCT (RFLAGS_SF | RFLAGS_ZF | RFLAGS_AF | RFLAGS_PF)
#define OF_A_BIT     (RFLAGS_OF | RFLAGS_SF | RFLAGS_AF | RFLAGS_PF)

enum when { ALWAYS, COUNT_ABOVE_0, COUNT_ABOVE_1, COUNT_SIZE, COUNT_ABOVE_SIZE };

static const struct {
	operation_fn *operation;
	u64 flags;
	enum when when;
} flags_table[] = {
	{operation_and, RFLAGS_AF, ALWAYS},
	{operation_or, RFLAGS_AF, ALWAYS},
	{operation_xor, RFLAGS_AF, ALWAYS},
	{operation_test, RFLAGS_AF, ALWAYS},
	{operation_rol, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_ror, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_rcl, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_rcr, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shl, RFLAGS_AF, COUNT_ABOVE_0},
	{operation_shl, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shl, RFLAGS_CF, COUNT_SIZE},
	{operation_shr, RFLAGS_AF, COUNT_ABOVE_0},
	{operation_shr, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shr, RFLAGS_CF, COUNT_SIZE},
	{operation_sar, RFLAGS_AF, COUNT_ABOVE_0},
	{operation_sar, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shld, RFLAGS_AF, COUNT_ABOVE_0},
	{operation_shld, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shld, RFLAGS_STATUS, COUNT_ABOVE_SIZE},
	{operation_shrd, RFLAGS_AF, COUNT_ABOVE_0},
	{operation_shrd, RFLAGS_OF, COUNT_ABOVE_1},
	{operation_shrd, RFLAGS_STATUS, COUNT_ABOVE_SIZE},
	{operation_mul, OF_A_PRODUCT, ALWAYS},
	{operation_imul, OF_A_PRODUCT, ALWAYS},
	{operation_imul2, OF_A_PRODUCT, ALWAYS},
	{operation_imul3, OF_A_PRODUCT, ALWAYS},
	{operation_div, RFLAGS_STATUS, ALWAYS},
	{operation_idiv, RFLAGS_STATUS, ALWAYS},
	{operation_bt, OF_A_BIT, ALWAYS},
	{operation_bts, OF_A_BIT, ALWAYS},
	{operation_btr, OF_A_BIT, ALWAYS},
	{operation_btc, OF_A_BIT, ALWAYS},
	{operation_bsf, RFLAGS_STATUS & ~RFLAGS_ZF, ALWAYS},
	{operation_bsr, RFLAGS_STATUS & ~RFLAGS_ZF, ALWAYS},
};

/* The count of a shift, as many bits of it as count. */
static unsigned int shift_count(const struct instruction *insn,
				const struct processor_state *before)
{
	const struct opcode *opcode = insn->row->opcode;
	bool in_cl = opcode->src == PLACE_CL || (opcode->flags & INSN_EXTRA_CL);
	u64 count = in_cl ? before->regs[REG_RCX] : insn->count;

	return (unsigned int)count & (insn->operand_size == 8 ? 63 : 31);
}

static bool applies(enum when when, unsigned int count, unsigned int bits)
{
	switch (when) {
	case ALWAYS:
		return true;
	case COUNT_ABOVE_0:
		return count != 0;
	case COUNT_ABOVE_1:
		return count > 1;
	case COUNT_SIZE:
		return count >= bits;
	case COUNT_ABOVE_SIZE:
		return count > bits;
	}
	return false;
}

static bool faulted(const struct outcome *outcome)
{
	return outcome->event.vector != VECTOR_DB;
}

u64 undefined_flags(const struct instruction *insn, const struct processor_state *before,
		    const struct outcome *after)
{
	/* Whether the RF that a signal shows is the program's is the kernel's and its host's
	 * affair. */
	u64 flags = RFLAGS_RF;
	unsigned int count = shift_count(insn, before), bits = 8 * insn->operand_size;

	if (faulted(after))
		return flags;
	/* "REP": in the midst of CMPS and SCAS they are the old ones, or not. */
	if ((insn->row->opcode->flags & INSN_WHILE_ZF) && insn->repeat &&
	    after->state.rip == before->rip)
		flags |= RFLAGS_STATUS;
	for (unsigned int i = 0; i < COUNT_OF(flags_table); i++)
		if (flags_table[i].operation == insn->row->opcode->execute &&
		    applies(flags_table[i].when, count, bits))
			flags |= flags_table[i].flags;
	return flags;
}

/* CALL and ENTER can fault when they have pushed: what is below the stack pointer is nobody's. */
static void forget_pushed(const struct memory_operand *pushed, struct outcome *processor,
			  const struct outcome *guest)
{
	u64 at = pushed->address - WINDOW, size = pushed->size;

	memcpy(processor->window + at, guest->window + at,
	       at + size > WINDOW_SIZE ? WINDOW_SIZE - at : size);
}

static void forget_upper_half(unsigned int reg, struct outcome *processor,
			      const struct outcome *guest)
{
	u64 *value = &processor->state.regs[reg];

	*value = (u32)*value | (guest->state.regs[reg] & ~0xffffffffull);
}

/* Of what BSF and BSR leave when there is no bit, processors agree on the lower half. */
static bool found_no_bit(const struct instruction *insn, const struct outcome *after)
{
	operation_fn *execute = insn->row->opcode->execute;

	return (execute == operation_bsf || execute == operation_bsr) &&
	       (after->state.rflags & RFLAGS_ZF);
}

/* REP with 32-bit registers may clear their upper halves before it has done anything. */
static bool did_no_element(const struct instruction *insn, const struct processor_state *before,
			   const struct outcome *after)
{
	return insn->repeat && insn->address_size == 4 &&
	       (faulted(after) || !(u32)before->regs[REG_RCX]);
}

void undefined_forget(const struct instruction *insn, const struct processor_state *before,
		      struct outcome *processor, const struct outcome *guest)
{
	static const unsigned int of_rep[] = {REG_RCX, REG_RSI, REG_RDI};

	if (did_no_element(insn, before, processor))
		for (unsigned int i = 0; i < COUNT_OF(of_rep); i++)
			forget_upper_half(of_rep[i], processor, guest);
	if (found_no_bit(insn, processor))
		forget_upper_half(insn->reg, processor, guest);
	if (!faulted(processor))
		return;
	if (insn->row->opcode->dst == PLACE_PUSH)
		forget_pushed(&insn->operand[0], processor, guest);
	/* The fault may come when TOP is 0 already. */
	if (insn->row->opcode->state == STATE_MMX)
		memcpy(processor->state.fpu, guest->state.fpu, FPU_SIZE);
}
