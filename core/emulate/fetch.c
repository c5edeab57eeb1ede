// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes at RIP.
 */
#include "emulate/access.h"
#include "vcpu/state.h"

/* A whole number of words is read faster than INSN_MAX_LENGTH bytes. */
#define FETCH_SIZE 16

static enum exit_action invalid_opcode(struct vcpu *vcpu)
{
	vcpu_inject_exception(vcpu, VECTOR_UD);
	return ACTION_SAME_INSN;
}

/* What the processor refuses to execute, it would have refused before: the code has changed. */
static enum exit_action decode_failed(struct vcpu *vcpu, enum decode_result result, const u8 *bytes,
				      unsigned int count)
{
	if (result == DECODE_LONG)
		return emulate_inject(vcpu, VECTOR_GP);
	if (result == DECODE_INVALID)
		return invalid_opcode(vcpu);
	return emulate_failed(vcpu, decode_reason(result), bytes, count);
}

/*
 * The processor has fetched it before: that all rights and limits allow that need not be checked
 * again.  The next page is read only if the instruction goes on there: it may be absent.
 */
static bool fetch_and_decode(struct vcpu *vcpu, gva_t at, u32 access, struct insn *insn,
			     enum exit_action *action)
{
	unsigned int count = LINTEL_PAGE_SIZE - (unsigned int)(at & (LINTEL_PAGE_SIZE - 1));
	struct linear_fault fault;
	enum decode_result decoded;
	enum walk_result walked;
	u8 bytes[FETCH_SIZE];

	if (count > FETCH_SIZE)
		count = FETCH_SIZE;
	walked = linear_read(vcpu, at, access, bytes, count, &fault);
	if (walked != WALK_OK) {
		*action = emulate_walk_failed(vcpu, walked, &fault);
		return false;
	}
	decoded = insn_decode(bytes, count, vcpu_code_width(vcpu), insn);
	if (decoded == DECODE_SHORT) {
		walked = linear_read(vcpu, at + count, access, bytes + count, FETCH_SIZE - count,
				     &fault);
		if (walked == WALK_FAULT) {
			*action = emulate_walk_failed(vcpu, walked, &fault);
			return false;
		}
		if (walked == WALK_OK) {
			count = FETCH_SIZE;
			decoded = insn_decode(bytes, count, vcpu_code_width(vcpu), insn);
		}
	}
	if (decoded == DECODE_OK) {
		recall_later(vcpu, at, access, bytes, insn);
		return true;
	}
	*action = decode_failed(vcpu, decoded, bytes, count);
	return false;
}

static bool is_privileged(struct vcpu *vcpu, const struct insn *insn)
{
	return (insn->opcode->flags & INSN_CPL0) || (vcpu_cr4_read(vcpu) & CR4_UMIP);
}

/*
 * What exited may have been another instruction, which a second vCPU has changed since; and of
 * those with INSN_UMIP it is here alone that CR4.UMIP counts, if the processor does not have it.
 */
static bool allowed(struct vcpu *vcpu, const struct insn *insn, enum exit_action *action)
{
	u32 flags = insn->opcode->flags;

	if (!(flags & (INSN_PROTECTED | INSN_CPL0 | INSN_UMIP)))
		return true;
	if ((flags & INSN_PROTECTED) && !segment_is_protected(vcpu)) {
		*action = invalid_opcode(vcpu);
		return false;
	}
	if (!vcpu_cpl(vcpu) || !is_privileged(vcpu, insn))
		return true;
	*action = emulate_inject(vcpu, VECTOR_GP);
	return false;
}

bool emulate_fetch(struct vcpu *vcpu, struct insn *insn, enum exit_action *action)
{
	gva_t at = vcpu_linear_rip(vcpu);
	u32 access = PF_FETCH | linear_privilege(vcpu);
	const struct recalled *recalled = recall(vcpu, at, access);

	if (recalled)
		*insn = recalled->insn;
	else if (!fetch_and_decode(vcpu, at, access, insn, action))
		return false;
	return allowed(vcpu, insn, action);
}

/* VMCALL and VMMCALL differ in their last byte. */
static const u8 vmmcall[] = {0x0f, 0x01, 0xd9};
#define VMCALL_LAST 0xc1

bool emulate_fix_hypercall(struct vcpu *vcpu)
{
	const u8 last = VMCALL_LAST;
	gva_t at = vcpu_linear_rip(vcpu);
	u32 privilege = linear_privilege(vcpu);
	struct linear_fault fault;
	enum walk_result walked;
	u8 bytes[sizeof(vmmcall)];

	if (linear_read(vcpu, at, PF_FETCH | privilege, bytes, sizeof(bytes), &fault) != WALK_OK ||
	    __builtin_memcmp(bytes, vmmcall, sizeof(bytes)) != 0)
		return false;
	walked = linear_write(vcpu, at + sizeof(bytes) - 1, PF_WRITE | privilege, &last,
			      sizeof(last), &fault);
	if (walked == WALK_FAULT)
		vcpu_inject_page_fault(vcpu, fault.address, fault.error);
	return walked != WALK_ERROR;
}
