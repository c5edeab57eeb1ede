// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_RUN with registers in the shared page, so that a program that looks at them at each exit
 * needs no ioctls for it.
 *
 * Documentation/virt/kvm/api.rst: "KVM_CAP_SYNC_REGS".
 */
#include "api/internal.h"
#include "exit/run.h"

/* User space may change the page at any time: what is checked and taken is a copy. */
static int take_one(struct vcpu *vcpu, u64 set)
{
	const struct kvm_sync_regs *shared = &vcpu->run->s.regs;
	struct kvm_sync_regs copy;

	__builtin_memcpy(&copy, shared, sizeof(copy));
	switch (set) {
	case KVM_SYNC_X86_REGS:
		return api_set_regs(vcpu, &copy.regs);
	case KVM_SYNC_X86_SREGS:
		return api_set_sregs(vcpu, &copy.sregs);
	default:
		return api_set_vcpu_events(vcpu, &copy.events);
	}
}

/* Those that user space has changed, in this order; the bit of what was taken is cleared. */
static int take_dirty(struct vcpu *vcpu, u64 dirty)
{
	int error = 0;

	for (u64 set = KVM_SYNC_X86_REGS; !error && set <= KVM_SYNC_X86_EVENTS; set <<= 1) {
		if (!(dirty & set))
			continue;
		error = take_one(vcpu, set);
		if (!error)
			vcpu->run->kvm_dirty_regs &= ~set;
	}
	return error;
}

static void give_registers(struct vcpu *vcpu, u64 valid)
{
	struct kvm_sync_regs *shared = &vcpu->run->s.regs;

	if (valid & KVM_SYNC_X86_REGS) {
		struct kvm_regs regs = {0};

		api_get_regs(vcpu, &regs);
		shared->regs = regs;
	}
	if (valid & KVM_SYNC_X86_SREGS) {
		struct kvm_sregs sregs = {0};

		api_get_sregs(vcpu, &sregs);
		shared->sregs = sregs;
	}
	if (valid & KVM_SYNC_X86_EVENTS) {
		struct kvm_vcpu_events events = {0};

		api_get_vcpu_events(vcpu, &events);
		shared->events = events;
	}
}

static int take(struct vcpu *vcpu, u64 dirty)
{
	int error, ticket;

	host_vcpu_get(vcpu);
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	error = take_dirty(vcpu, dirty);
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
	host_vcpu_release(vcpu);
	return error;
}

static int run_with_registers(struct vcpu *vcpu, u64 valid, u64 dirty)
{
	int result = 0;

	if ((valid | dirty) & ~(u64)KVM_SYNC_X86_VALID_FIELDS)
		return -EINVAL;
	if (host_vmx_ended())
		return -EINTR;
	if (dirty)
		result = take(vcpu, dirty);
	if (!result)
		result = vcpu_run(vcpu);
	/* What was read without a VMCS is nobody's. */
	if (valid && !host_vmx_ended()) {
		host_vcpu_get(vcpu);
		give_registers(vcpu, valid);
		host_vcpu_release(vcpu);
	}
	return result;
}

int api_run(struct vcpu *vcpu)
{
	u64 valid = __atomic_load_n(&vcpu->run->kvm_valid_regs, __ATOMIC_RELAXED);
	u64 dirty = __atomic_load_n(&vcpu->run->kvm_dirty_regs, __ATOMIC_RELAXED);

	if (valid | dirty)
		return run_with_registers(vcpu, valid, dirty);
	return vcpu_run(vcpu);
}
