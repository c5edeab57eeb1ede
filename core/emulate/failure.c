// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of an instruction that can't be carried out.
 */
#include "emulate/access.h"

/* The next instruction of the guest is the handler of its fault, or the same one again. */
enum exit_action emulate_inject(struct vcpu *vcpu, u8 vector)
{
	vcpu_inject_exception_error(vcpu, vector, 0);
	return ACTION_SAME_INSN;
}

static void log_failure(struct vcpu *vcpu, const char *why, const u8 *bytes, unsigned int count)
{
	char hex[INSN_MAX_LENGTH * 3 + 1] = "";
	unsigned int i;

	for (i = 0; i < count; i++)
		host_snprintf(hex + 3 * i, sizeof(hex) - 3 * i, " %02x", bytes[i]);
	host_log(HOST_LOG_WARNING, "vCPU %u: can't emulate the instruction at RIP %llx (%s):%s",
		 vcpu->id, vcpu_rip_read(vcpu), why, count ? hex : " bytes unknown");
}

enum exit_action emulate_failed(struct vcpu *vcpu, const char *why, const u8 *bytes,
				unsigned int count)
{
	__typeof__(vcpu->run->emulation_failure) failure = {
		.suberror = KVM_INTERNAL_ERROR_EMULATION,
		.ndata = 1,
	};

	vcpu->stats.emulation_failures++;
	if (count > INSN_MAX_LENGTH)
		count = INSN_MAX_LENGTH;
	log_failure(vcpu, why, bytes, count);
	/* A program of the guest must not be able to stop the guest's VM, unless user space asked
	 * to hear of it. */
	if (vcpu_cpl(vcpu) != 0 &&
	    !__atomic_load_n(&vcpu->vm->emulation_failure_exits, __ATOMIC_RELAXED)) {
		vcpu_inject_exception(vcpu, VECTOR_UD);
		return ACTION_SAME_INSN;
	}
	if (count) {
		/* In units of 64 bits: the flags, and the size with the bytes. */
		failure.ndata = 3;
		failure.flags = KVM_INTERNAL_ERROR_EMULATION_FLAG_INSTRUCTION_BYTES;
		failure.insn_size = (u8)count;
		__builtin_memcpy(failure.insn_bytes, bytes, count);
	}
	vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	vcpu->run->emulation_failure = failure;
	return ACTION_TO_USER;
}

enum exit_action emulate_walk_failed(struct vcpu *vcpu, enum walk_result result,
				     const struct linear_fault *fault)
{
	if (result == WALK_FAULT) {
		vcpu_inject_page_fault(vcpu, fault->address, fault->error);
		return ACTION_SAME_INSN;
	}
	return emulate_failed(vcpu, "it needs memory where there is none", NULL, 0);
}
