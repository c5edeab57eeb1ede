// SPDX-License-Identifier: GPL-2.0
/*
 * Operands: where those in memory are, and the values of the others.
 *
 * SDM: "Specifying an Offset", "Stack Address Size", "Bit String Operations" (BT).
 */
#include "emulate/access.h"
#include "facts/ept.h"
#include "facts/exit_reason.h"

unsigned int stack_width(struct vcpu *vcpu)
{
	struct kvm_segment ss;

	if (vcpu_code_width(vcpu) == WIDTH_64)
		return 8;
	vcpu_seg_read(vcpu, SEG_SS, &ss);
	return ss.db ? 4 : 2;
}

/* "BT": the bit offset in a register reaches beyond the operand, both ways. */
static s64 bit_base(struct vcpu *vcpu, const struct insn *insn)
{
	enum vcpu_reg reg = (enum vcpu_reg)insn->src.reg;
	s64 bit;

	if (!(insn->opcode->flags & INSN_BIT_BASE))
		return 0;
	bit = (s64)value_sign_extend(register_read(vcpu, reg, insn->src.size), insn->src.size);
	return (bit >> 3) & ~(s64)(insn->dst.size - 1);
}

static u64 stack_adjustment(const struct insn *insn, const struct insn_memory *memory)
{
	if (insn->opcode->dst == PLACE_PUSH && memory == &insn->dst.memory)
		return -(u64)insn->dst.size;
	/* POP's own destination is addressed with the stack pointer that POP leaves. */
	if (insn->opcode->src == PLACE_POP && memory == &insn->dst.memory &&
	    memory->base == REG_RSP)
		return insn->src.size;
	return 0;
}

/* The effective address. */
static u64 memory_offset(struct vcpu *vcpu, const struct insn *insn,
			 const struct insn_memory *memory)
{
	u64 offset = (u64)memory->displacement + stack_adjustment(insn, memory);

	if (memory->base != INSN_NO_REG)
		offset += vcpu_reg_read(vcpu, (enum vcpu_reg)memory->base);
	if (memory->index != INSN_NO_REG)
		offset += vcpu_reg_read(vcpu, (enum vcpu_reg)memory->index) * memory->scale;
	if (memory->rip_relative)
		offset += vcpu_rip_read(vcpu) + insn->length;
	if (insn->opcode->src == PLACE_TABLE)
		offset += register_read(vcpu, REG_RAX, 1);
	if (memory == &insn->dst.memory)
		offset += (u64)bit_base(vcpu, insn);
	return value_cut(offset, memory->width ? memory->width : stack_width(vcpu));
}

/*
 * The processor has walked the guest's page tables for the access that made it exit, and checked
 * its rights: where the operand lies in that page there is nothing to walk for.
 */
static bool map_as_exit(const struct exit_info *exit, gva_t linear, unsigned int size, bool write,
			struct linear_map *map)
{
	u64 needed = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;
	u64 offset = linear & (LINTEL_PAGE_SIZE - 1);

	if (write)
		needed |= EPT_VIOLATION_WRITE;
	if (EXIT_REASON_BASIC(exit->reason) != EXIT_REASON_EPT_VIOLATION ||
	    (exit->qualification & needed) != needed || (linear ^ exit->gla) >> LINTEL_PAGE_SHIFT ||
	    offset + size > LINTEL_PAGE_SIZE)
		return false;
	map->pieces = 1;
	map->piece[0].gpa = (exit->gpa & ~(u64)(LINTEL_PAGE_SIZE - 1)) | offset;
	map->piece[0].length = size;
	return true;
}

bool operand_is_at_exit(struct vcpu *vcpu, const struct insn *insn,
			const struct insn_operand *operand, bool write)
{
	const u64 final = EPT_VIOLATION_GLA_VALID | EPT_VIOLATION_GLA_IS_FINAL;
	const u64 access = EPT_VIOLATION_READ | EPT_VIOLATION_WRITE;
	const u64 wanted = final | (write ? EPT_VIOLATION_WRITE : EPT_VIOLATION_READ);
	gva_t linear;

	if ((vcpu->exit.qualification & (final | access)) != wanted)
		return false;
	linear = segment_linear_64(vcpu, (enum vcpu_seg)operand->memory.segment,
				   memory_offset(vcpu, insn, &operand->memory));
	return linear == vcpu->exit.gla &&
	       linear % LINTEL_PAGE_SIZE + operand->size <= LINTEL_PAGE_SIZE;
}

bool operand_map(struct vcpu *vcpu, const struct insn *insn, const struct insn_operand *operand,
		 bool write, struct linear_map *map, enum exit_action *action)
{
	const struct insn_memory *memory = &operand->memory;
	struct linear_fault fault;
	enum walk_result walked;
	gva_t linear;
	u8 vector;

	map->pieces = 0;
	if (operand->kind != OPERAND_MEMORY)
		return true;
	vector = segment_linear(vcpu, (enum vcpu_seg)memory->segment,
				memory_offset(vcpu, insn, memory), operand->size, write, &linear);
	if (!vector && (insn->opcode->flags & INSN_ALIGNED) && operand->size == 16 && linear % 16)
		vector = VECTOR_GP;
	if (vector) {
		*action = emulate_inject(vcpu, vector);
		return false;
	}
	if (map_as_exit(&vcpu->exit, linear, operand->size, write, map))
		return true;
	walked = linear_map(vcpu, linear, linear_privilege(vcpu) | (write ? PF_WRITE : 0),
			    operand->size, map, &fault);
	if (walked != WALK_OK) {
		*action = emulate_walk_failed(vcpu, walked, &fault);
		return false;
	}
	return true;
}

void operand_read(struct vcpu *vcpu, const struct insn *insn, const struct insn_operand *operand,
		  u64 *value)
{
	*value = 0;
	switch ((enum operand_kind)operand->kind) {
	case OPERAND_NONE:
	case OPERAND_MEMORY:
		return;
	case OPERAND_IMMEDIATE:
		*value = value_cut(operand->immediate, operand->size);
		return;
	case OPERAND_REG:
		*value = vcpu_reg_read(vcpu, (enum vcpu_reg)operand->reg);
		*value = value_cut(operand->high_byte ? *value >> 8 : *value, operand->size);
		return;
	case OPERAND_STATE:
		state_read(vcpu, insn, value);
		return;
	}
}

void operand_store(struct vcpu *vcpu, const struct insn_operand *operand, u64 value)
{
	enum vcpu_reg reg = (enum vcpu_reg)operand->reg;

	if (operand->kind != OPERAND_REG)
		return;
	if (operand->high_byte) {
		u64 old = vcpu_reg_read(vcpu, reg);

		vcpu_reg_write(vcpu, reg, (old & ~0xff00ULL) | (value & 0xff) << 8);
	} else {
		register_write(vcpu, reg, operand->size, value);
	}
}
