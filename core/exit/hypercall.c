// SPDX-License-Identifier: GPL-2.0
/*
 * VMCALL: the hypercalls of the KVM ABI that Lintel has.
 *
 * Documentation/virt/kvm/x86/hypercalls.rst.
 */
#include "exit/table.h"
#include "cpuid/cpuid.h"
#include "irq/registers.h"
#include "vcpu/mp_state.h"

#define HYPERCALL_KICK_CPU    5
#define HYPERCALL_SEND_IPI    10
#define HYPERCALL_SCHED_YIELD 11

/* The ID that addresses all, and from which on there are no APICs. */
#define NO_APIC_ID 0xffffffff

#define HYPERCALL_NO_SUCH_CALL (-1000)
#define HYPERCALL_NOT_ALLOWED  (-1)
#define HYPERCALL_INVALID      (-22)

/* As an ICR has them: "Interrupt Command Register (ICR)". */
#define ICR_VECTOR(icr) ((u8)(icr))

/* To those of `bitmap`, whose bit 0 is the APIC ID `lowest`.  gives: how many took it. */
static int send_to_bitmap(struct vcpu *vcpu, u64 bitmap, u64 lowest, u64 icr)
{
	int taken = 0;

	for (; bitmap; bitmap &= bitmap - 1) {
		u64 id = lowest + (unsigned int)__builtin_ctzll(bitmap);
		struct irq_message message = {
			.destination = (u32)id,
			.vector = ICR_VECTOR(icr),
			.delivery = ICR_DELIVERY(icr),
		};

		if (id < NO_APIC_ID && irq_message_send(vcpu->vm, vcpu, &message) > 0)
			taken++;
	}
	return taken;
}

static s64 send_ipi(struct vcpu *vcpu, u64 mask)
{
	unsigned int bits = mask > 0xffffffff ? 64 : 32;
	u64 lowest = vcpu_reg_read(vcpu, REG_RDX) & mask;
	u64 icr = vcpu_reg_read(vcpu, REG_RSI) & mask;

	if (!vcpu->lapic || !pv_has(vcpu, FEATURE_KVM_PV_SEND_IPI))
		return HYPERCALL_NO_SUCH_CALL;
	/* Those of NMIs and of fixed vectors are what the call is for. */
	if (ICR_DELIVERY(icr) != IRQ_FIXED && ICR_DELIVERY(icr) != IRQ_NMI)
		return 0;
	/* Those behind it would come round to 0. */
	if (lowest >= NO_APIC_ID)
		return 0;
	return send_to_bitmap(vcpu, vcpu_reg_read(vcpu, REG_RBX) & mask, lowest, icr) +
	       send_to_bitmap(vcpu, vcpu_reg_read(vcpu, REG_RCX) & mask, lowest + bits, icr);
}

/* The vCPU whose local APIC has the ID; NULL: none. */
static struct vcpu *addressed(const struct vcpu *vcpu, u64 apic_id)
{
	struct vcpu *other;

	for (unsigned int id = 0; (other = vm_next_vcpu(vcpu->vm, &id));)
		if (other->lapic && lapic_id(other) == apic_id)
			break;
	return other;
}

/* KVM_HC_KICK_CPU: it is given the lock that this one held, and is to see that, best at once. */
static s64 kick_cpu(struct vcpu *vcpu, u64 apic_id)
{
	struct vcpu *other;

	if (!pv_has(vcpu, FEATURE_KVM_PV_UNHALT))
		return HYPERCALL_NO_SUCH_CALL;
	other = addressed(vcpu, apic_id);
	if (!other)
		return 0;
	vcpu_unhalt(other);
	if (other != vcpu)
		host_yield_to(other);
	return 0;
}

/* KVM_HC_SCHED_YIELD: this one waits for what the other is to do. */
static s64 sched_yield(struct vcpu *vcpu, u64 apic_id)
{
	struct vcpu *other;

	if (!pv_has(vcpu, FEATURE_KVM_PV_SCHED_YIELD))
		return HYPERCALL_NO_SUCH_CALL;
	other = addressed(vcpu, apic_id);
	if (!other || other == vcpu)
		return 0;
	vcpu->stats.yields++;
	vcpu->stats.yields_taken += host_yield_to(other);
	return 0;
}

static u64 call_mask(struct vcpu *vcpu)
{
	return vcpu_code_width(vcpu) == WIDTH_64 ? ~0ULL : 0xffffffff;
}

static enum exit_action complete_call(struct vcpu *vcpu)
{
	if (vcpu_rip_read(vcpu) != vcpu->exit.rip)
		return ACTION_SAME_INSN;
	vcpu_reg_write(vcpu, REG_RAX,
		       __atomic_load_n(&vcpu->run->hypercall.ret, __ATOMIC_RELAXED) &
			       call_mask(vcpu));
	vcpu_skip_instruction(vcpu, vcpu->exit.instruction_length);
	return ACTION_SAME_INSN;
}

/* Behind the result: <linux/kvm.h> had two words there and has one since 6.4, with a bit for each
 * thing of which the first, KVM_EXIT_HYPERCALL_LONG_MODE, is where the first word was. */
static void put_call_flags(struct kvm_run *run, u64 flags)
{
	const size_t at = offsetof(struct kvm_run, hypercall.ret) + sizeof(run->hypercall.ret);

	__builtin_memcpy((char *)run + at, &flags, sizeof(flags));
}

/* The guest shares pages with its host, or takes them back: user space knows what that means.
 * gives: true if it is asked, and answers when KVM_RUN comes back. */
static bool map_gpa_range(struct vcpu *vcpu, u64 mask, s64 *result)
{
	u64 gpa = vcpu_reg_read(vcpu, REG_RBX) & mask;
	u64 pages = vcpu_reg_read(vcpu, REG_RCX) & mask;
	u64 gfn = gpa >> LINTEL_PAGE_SHIFT;
	u32 exits = __atomic_load_n(&vcpu->vm->hypercall_exits, __ATOMIC_RELAXED);
	struct kvm_run *run = vcpu->run;

	if (!(exits & BIT32(HYPERCALL_MAP_GPA_RANGE)))
		return false;
	*result = HYPERCALL_INVALID;
	if (gpa % LINTEL_PAGE_SIZE || !pages || gfn + pages <= gfn)
		return false;
	run->exit_reason = KVM_EXIT_HYPERCALL;
	run->hypercall.nr = HYPERCALL_MAP_GPA_RANGE;
	run->hypercall.args[0] = gpa;
	run->hypercall.args[1] = pages;
	run->hypercall.args[2] = vcpu_reg_read(vcpu, REG_RDX) & mask;
	run->hypercall.ret = 0;
	put_call_flags(run, mask > 0xffffffff);
	vcpu->complete = complete_call;
	return true;
}

enum exit_action exit_vmcall(struct vcpu *vcpu)
{
	u64 mask = call_mask(vcpu);
	s64 result = HYPERCALL_NO_SUCH_CALL;

	if (vcpu_cpl(vcpu)) {
		result = HYPERCALL_NOT_ALLOWED;
	} else {
		switch (vcpu_reg_read(vcpu, REG_RAX) & mask) {
		case HYPERCALL_SEND_IPI:
			result = send_ipi(vcpu, mask);
			break;
		case HYPERCALL_KICK_CPU:
			result = kick_cpu(vcpu, vcpu_reg_read(vcpu, REG_RCX) & mask);
			break;
		case HYPERCALL_SCHED_YIELD:
			result = sched_yield(vcpu, vcpu_reg_read(vcpu, REG_RBX) & mask);
			break;
		case HYPERCALL_MAP_GPA_RANGE:
			if (map_gpa_range(vcpu, mask, &result))
				return ACTION_TO_USER;
			break;
		}
	}
	vcpu_reg_write(vcpu, REG_RAX, (u64)result & mask);
	return ACTION_NEXT_INSN;
}

enum exit_action exit_vmcall_at_once(struct vcpu *vcpu)
{
	switch (vcpu_reg_read(vcpu, REG_RAX) & call_mask(vcpu)) {
	case HYPERCALL_KICK_CPU:
	case HYPERCALL_SCHED_YIELD:
	case HYPERCALL_MAP_GPA_RANGE:
		/* They yield, or user space answers. */
		return ACTION_LATER;
	default:
		return exit_vmcall(vcpu);
	}
}
