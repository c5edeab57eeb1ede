// SPDX-License-Identifier: GPL-2.0
/*
 * VMCALL: the hypercalls of the KVM ABI that Lintel has.
 *
 * Documentation/virt/kvm/x86/hypercalls.rst.
 */
#include "exit/table.h"
#include "irq/registers.h"
#include "vcpu/vcpu.h"

#define HYPERCALL_SEND_IPI 10

/* The ID that addresses all, and from which on there are no APICs. */
#define NO_APIC_ID 0xffffffff

#define HYPERCALL_NO_SUCH_CALL (-1000)
#define HYPERCALL_NOT_ALLOWED  (-1)

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

	if (!vcpu->lapic)
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

enum exit_action exit_vmcall(struct vcpu *vcpu)
{
	u64 mask = vcpu_code_width(vcpu) == WIDTH_64 ? ~0ULL : 0xffffffff;
	s64 result = HYPERCALL_NO_SUCH_CALL;

	if (vcpu_cpl(vcpu))
		result = HYPERCALL_NOT_ALLOWED;
	else if ((vcpu_reg_read(vcpu, REG_RAX) & mask) == HYPERCALL_SEND_IPI)
		result = send_ipi(vcpu, mask);
	vcpu_reg_write(vcpu, REG_RAX, (u64)result & mask);
	return ACTION_NEXT_INSN;
}
