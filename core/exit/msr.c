// SPDX-License-Identifier: GPL-2.0
/*
 * RDMSR and WRMSR that exit.  What is refused is #GP(0), unless user space asked to see such
 * accesses: then it answers, and the instruction ends when KVM_RUN comes back.
 *
 * SDM: "RDMSR", "WRMSR".  Documentation/virt/kvm/api.rst: "KVM_CAP_X86_USER_SPACE_MSR".
 */
#include "exit/table.h"
#include "msr/filter.h"
#include "vcpu/stats.h"

static bool filtered(const struct vcpu *vcpu, u32 msr, enum msr_direction direction)
{
	return msr_filter_exists(vcpu->vm) &&
	       !msr_filter_allows(msr_filter_get(vcpu->vm), msr, direction);
}

static u32 reason_of(int error)
{
	switch (error) {
	case -EPERM:
		return KVM_MSR_EXIT_REASON_FILTER;
	case -ENOENT:
		return KVM_MSR_EXIT_REASON_UNKNOWN;
	default:
		return KVM_MSR_EXIT_REASON_INVAL;
	}
}

static void put_value(struct vcpu *vcpu, u64 value)
{
	vcpu_reg_write(vcpu, REG_RAX, (u32)value);
	vcpu_reg_write(vcpu, REG_RDX, value >> 32);
}

/* The access is forgotten when user space has sent the guest somewhere else. */
static enum exit_action complete_access(struct vcpu *vcpu, bool is_read)
{
	if (vcpu_rip_read(vcpu) != vcpu->exit.rip)
		return ACTION_SAME_INSN;
	if (__atomic_load_n(&vcpu->run->msr.error, __ATOMIC_RELAXED))
		return exit_general_protection(vcpu);
	if (is_read)
		put_value(vcpu, __atomic_load_n(&vcpu->run->msr.data, __ATOMIC_RELAXED));
	vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
	return ACTION_SAME_INSN;
}

static enum exit_action complete_read(struct vcpu *vcpu)
{
	return complete_access(vcpu, true);
}

static enum exit_action complete_write(struct vcpu *vcpu)
{
	return complete_access(vcpu, false);
}

static enum exit_action refuse(struct vcpu *vcpu, int error, u32 msr, enum msr_direction direction,
			       u64 value)
{
	struct kvm_run *run = vcpu->run;
	u32 reason = reason_of(error);

	if (!(__atomic_load_n(&vcpu->vm->msr_exits, __ATOMIC_RELAXED) & reason))
		return exit_general_protection(vcpu);
	run->exit_reason = direction == MSR_READ ? KVM_EXIT_X86_RDMSR : KVM_EXIT_X86_WRMSR;
	run->msr.error = 0;
	run->msr.reason = reason;
	run->msr.index = msr;
	run->msr.data = value;
	vcpu->complete = direction == MSR_READ ? complete_read : complete_write;
	return ACTION_TO_USER;
}

static enum exit_action read_row(struct vcpu *vcpu, const struct msr_row *row, u32 msr)
{
	u64 value = 0;
	int error = -EPERM;

	if (!filtered(vcpu, msr, MSR_READ))
		error = msr_row_read(vcpu, row, msr, &value, false);
	vcpu_stats_count_msr(&vcpu->stats, msr, 1, 0);
	host_trace_msr(false, msr, value, error);
	if (error)
		return refuse(vcpu, error, msr, MSR_READ, 0);
	put_value(vcpu, value);
	return ACTION_NEXT_INSN;
}

static enum exit_action write_row(struct vcpu *vcpu, const struct msr_row *row, u32 msr)
{
	u64 value = exit_edx_eax(vcpu);
	int error = -EPERM;

	if (!filtered(vcpu, msr, MSR_WRITE))
		error = msr_row_write(vcpu, row, msr, value, false);
	vcpu_stats_count_msr(&vcpu->stats, msr, 0, 1);
	host_trace_msr(true, msr, value, error);
	return error ? refuse(vcpu, error, msr, MSR_WRITE, value) : ACTION_NEXT_INSN;
}

static u32 msr_of_exit(struct vcpu *vcpu)
{
	return (u32)vcpu_reg_read(vcpu, REG_RCX);
}

enum exit_action exit_rdmsr(struct vcpu *vcpu)
{
	u32 msr = msr_of_exit(vcpu);

	return read_row(vcpu, msr_find(msr), msr);
}

enum exit_action exit_wrmsr(struct vcpu *vcpu)
{
	u32 msr = msr_of_exit(vcpu);

	return write_row(vcpu, msr_find(msr), msr);
}

/* Where user space wants to hear of accesses, each may be for it. */
static bool is_quick(struct vcpu *vcpu, const struct msr_row *row, u32 msr,
		     enum msr_direction direction)
{
	const struct vm *vm = vcpu->vm;

	return !msr_filter_exists(vm) && !__atomic_load_n(&vm->msr_exits, __ATOMIC_RELAXED) &&
	       msr_is_quick(vcpu, row, msr, direction);
}

enum exit_action exit_rdmsr_at_once(struct vcpu *vcpu)
{
	u32 msr = msr_of_exit(vcpu);
	const struct msr_row *row = msr_find(msr);

	return is_quick(vcpu, row, msr, MSR_READ) ? read_row(vcpu, row, msr) : ACTION_LATER;
}

enum exit_action exit_wrmsr_at_once(struct vcpu *vcpu)
{
	u32 msr = msr_of_exit(vcpu);
	const struct msr_row *row = msr_find(msr);

	return is_quick(vcpu, row, msr, MSR_WRITE) ? write_row(vcpu, row, msr) : ACTION_LATER;
}
