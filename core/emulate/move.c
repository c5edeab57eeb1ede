// SPDX-License-Identifier: GPL-2.0
/*
 * Moves between a register and a device, as drivers make them: by an instruction that is known from
 * before, and with interrupts off.  Nothing of the guest's is walked, read or written then but the
 * register, and what the processor has checked for the access that exited is not checked again.
 */
#include "emulate/access.h"
#include "vcpu/state.h"

static enum exit_action move_done(struct vcpu *vcpu, const struct mmio_transfer *transfer,
				  const struct insn_operand *to, u64 value, unsigned int length)
{
	vcpu_skip_instruction(vcpu, length);
	if (!transfer->write)
		operand_store(vcpu, to, value);
	return ACTION_SAME_INSN;
}

static enum exit_action move_complete(struct vcpu *vcpu)
{
	const struct move_access *move = &vcpu->io->move;
	u64 value = 0;

	vcpu->complete = NULL;
	if (vcpu_rip_read(vcpu) != vcpu->io->rip)
		return ACTION_SAME_INSN;
	if (!move->transfer.write)
		mmio_answer(vcpu, &move->transfer, (u8 *)&value);
	return move_done(vcpu, &move->transfer, &move->to, value, move->length);
}

static enum exit_action move_to_user(struct vcpu *vcpu, const struct insn *insn,
				     const struct mmio_transfer *transfer, u64 value)
{
	vcpu->io->rip = vcpu_rip_read(vcpu);
	vcpu->io->move = (struct move_access){
		.transfer = *transfer,
		.to = insn->dst,
		.length = insn->length,
	};
	return mmio_to_user(vcpu, transfer, (u8 *)&value, move_complete);
}

static enum exit_action move(struct vcpu *vcpu, const struct insn *insn,
			     const struct mmio_transfer *transfer)
{
	u64 value = 0;

	if (transfer->write)
		operand_read(vcpu, insn, &insn->src, &value);
	switch (mmio_in_kernel(vcpu, transfer, (u8 *)&value)) {
	case BUS_TAKEN:
		return move_done(vcpu, transfer, &insn->dst, value, insn->length);
	case BUS_NOBODY:
		return move_to_user(vcpu, insn, transfer, value);
	case BUS_LATER:
		break;
	}
	return ACTION_LATER;
}

enum exit_action move_at_once(struct vcpu *vcpu, gpa_t gpa)
{
	const struct insn_operand *memory;
	const struct recalled *recalled;
	struct mmio_transfer transfer;

	if (vcpu_code_width(vcpu) != WIDTH_64)
		return ACTION_LATER;
	recalled = recall(vcpu, vcpu_rip_read(vcpu), PF_FETCH | linear_privilege(vcpu));
	if (!recalled || recalled->move == MOVE_NONE)
		return ACTION_LATER;
	transfer = (struct mmio_transfer){
		.gpa = gpa,
		.write = recalled->move == MOVE_STORE,
	};
	memory = transfer.write ? &recalled->insn.dst : &recalled->insn.src;
	transfer.length = memory->size;
	if (!operand_is_at_exit(vcpu, &recalled->insn, memory, transfer.write))
		return ACTION_LATER;
	return move(vcpu, &recalled->insn, &transfer);
}
