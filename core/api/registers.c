// SPDX-License-Identifier: GPL-2.0
/* KVM_GET/SET_REGS, _SREGS, _DEBUGREGS. */
#include "api/internal.h"
#include "cpuid/cpuid.h"
#include "irq/lapic.h"
#include "msr/msr.h"
#include "vcpu/events.h"
#include "vcpu/guest_debug.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

struct reg_offset {
	enum vcpu_reg reg;
	u16 offset;
};

#define REG(number, member)                                                                        \
	{                                                                                          \
		number, offsetof(struct kvm_regs, member)                                          \
	}

static const struct reg_offset reg_offsets[REG_COUNT] = {
	REG(REG_RAX, rax), REG(REG_RCX, rcx), REG(REG_RDX, rdx), REG(REG_RBX, rbx),
	REG(REG_RSP, rsp), REG(REG_RBP, rbp), REG(REG_RSI, rsi), REG(REG_RDI, rdi),
	REG(REG_R8, r8),   REG(REG_R9, r9),   REG(REG_R10, r10), REG(REG_R11, r11),
	REG(REG_R12, r12), REG(REG_R13, r13), REG(REG_R14, r14), REG(REG_R15, r15),
};

int api_get_regs(struct vcpu *vcpu, struct kvm_regs *regs)
{
	for (unsigned int i = 0; i < REG_COUNT; i++)
		*(u64 *)((char *)regs + reg_offsets[i].offset) =
			vcpu_reg_read(vcpu, reg_offsets[i].reg);
	regs->rip = vcpu_rip_read(vcpu);
	regs->rflags = guest_debug_rflags_read(vcpu);
	return 0;
}

int api_set_regs(struct vcpu *vcpu, const struct kvm_regs *regs)
{
	for (unsigned int i = 0; i < REG_COUNT; i++)
		vcpu_reg_write(vcpu, reg_offsets[i].reg,
			       *(const u64 *)((const char *)regs + reg_offsets[i].offset));
	vcpu_rip_write(vcpu, regs->rip);
	guest_debug_rflags_write(vcpu, regs->rflags);
	guest_debug_forget(vcpu);
	vcpu_end_halt(vcpu);
	/* The guest goes on somewhere else: an exception of where it was makes no sense there.  One
	 * whose delivery has begun belongs to what comes next, and goes by KVM_SET_VCPU_EVENTS
	 * alone. */
	vcpu->events.exception.pending = false;
	return 0;
}

struct seg_offset {
	enum vcpu_seg seg;
	u16 offset;
};

#define SEG(number, member)                                                                        \
	{                                                                                          \
		number, offsetof(struct kvm_sregs, member)                                         \
	}

static const struct seg_offset seg_offsets[SEG_COUNT] = {
	SEG(SEG_ES, es), SEG(SEG_CS, cs), SEG(SEG_SS, ss),    SEG(SEG_DS, ds),
	SEG(SEG_FS, fs), SEG(SEG_GS, gs), SEG(SEG_LDTR, ldt), SEG(SEG_TR, tr),
};

static const struct kvm_segment *segment_of(const struct kvm_sregs *sregs, unsigned int i)
{
	return (const struct kvm_segment *)((const char *)sregs + seg_offsets[i].offset);
}

int api_get_sregs(struct vcpu *vcpu, struct kvm_sregs *sregs)
{
	for (unsigned int i = 0; i < SEG_COUNT; i++)
		vcpu_seg_read(vcpu, seg_offsets[i].seg,
			      (struct kvm_segment *)((char *)sregs + seg_offsets[i].offset));
	sregs->gdt.base = vmcs_readl(GUEST_GDTR_BASE);
	sregs->gdt.limit = (u16)vmcs_read32(GUEST_GDTR_LIMIT);
	sregs->idt.base = vmcs_readl(GUEST_IDTR_BASE);
	sregs->idt.limit = (u16)vmcs_read32(GUEST_IDTR_LIMIT);
	sregs->cr0 = vcpu_cr0_read(vcpu);
	sregs->cr2 = vcpu->cr2;
	sregs->cr3 = vcpu_cr3_read(vcpu);
	sregs->cr4 = vcpu_cr4_read(vcpu);
	sregs->cr8 = vcpu_cr8_read(vcpu);
	sregs->efer = vcpu->efer;
	sregs->apic_base = vcpu->apic_base;
	if (vcpu->events.interrupt.injected)
		sregs->interrupt_bitmap[vcpu->events.interrupt.vector / 64] |=
			BIT64(vcpu->events.interrupt.vector % 64);
	return 0;
}

/* Could a processor be in this state?  "Checks on Guest Control Registers, Debug Registers, and
 * MSRs", as far as a VM entry would refuse it. */
static bool sregs_valid(const struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	const u64 known_efer = IA32_EFER_SCE | IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE;
	bool paging = sregs->cr0 & CR0_PG;

	if (sregs->cr4 & ~vcpu_cr4_allowed(vcpu))
		return false;
	if (sregs->efer & ~known_efer)
		return false;
	if ((sregs->cr0 >> 32) || (paging && !(sregs->cr0 & CR0_PE)) ||
	    ((sregs->cr0 & CR0_NW) && !(sregs->cr0 & CR0_CD)))
		return false;
	if ((sregs->efer & IA32_EFER_LME) && paging) {
		if (!(sregs->cr4 & CR4_PAE) || !(sregs->efer & IA32_EFER_LMA))
			return false;
		if (sregs->cr3 & ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1))
			return false;
	} else if ((sregs->efer & IA32_EFER_LMA) || sregs->cs.l) {
		return false;
	}
	return msr_apic_base_valid(vcpu, sregs->apic_base) && sregs->cr8 <= 15;
}

static void queue_bitmap_interrupt(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	for (unsigned int word = 0; word < KVM_NR_INTERRUPTS / 64; word++) {
		u64 vectors = sregs->interrupt_bitmap[word];

		if (!vectors)
			continue;
		vcpu->events.interrupt.injected = true;
		vcpu->events.interrupt.vector = (u8)(word * 64 + (u32)__builtin_ctzll(vectors));
		return;
	}
}

int api_set_sregs(struct vcpu *vcpu, const struct kvm_sregs *sregs)
{
	if (!sregs_valid(vcpu, sregs))
		return -EINVAL;
	vmcs_writel(GUEST_GDTR_BASE, sregs->gdt.base);
	vmcs_write32(GUEST_GDTR_LIMIT, sregs->gdt.limit);
	vmcs_writel(GUEST_IDTR_BASE, sregs->idt.base);
	vmcs_write32(GUEST_IDTR_LIMIT, sregs->idt.limit);
	vcpu->cr2 = sregs->cr2;
	vcpu_cr8_store(vcpu, sregs->cr8);
	msr_apic_base_write(vcpu, sregs->apic_base, true);
	vmcs_writel(GUEST_CR3, sregs->cr3);
	vcpu_efer_store(vcpu, sregs->efer);
	vcpu_cr0_store(vcpu, (sregs->cr0 & CR0_DEFINED) | CR0_ET);
	vcpu_cr4_store(vcpu, sregs->cr4);
	vcpu_pdptes_reload(vcpu);
	for (unsigned int i = 0; i < SEG_COUNT; i++)
		vcpu_seg_write(vcpu, seg_offsets[i].seg, segment_of(sregs, i));
	queue_bitmap_interrupt(vcpu, sregs);
	vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	return 0;
}

/* kvm_sregs2 begins as kvm_sregs does; the PDPTEs take the place of the interrupt bitmap. */
#define SREGS_COMMON offsetof(struct kvm_sregs, interrupt_bitmap)
_Static_assert(SREGS_COMMON == offsetof(struct kvm_sregs2, flags), "the part that is the same");

static bool uses_pdptes(u64 cr0, u64 cr4, u64 efer)
{
	return (cr0 & CR0_PG) && (cr4 & CR4_PAE) && !(efer & IA32_EFER_LMA);
}

int api_get_sregs2(struct vcpu *vcpu, struct kvm_sregs2 *sregs2)
{
	struct kvm_sregs sregs = {0};

	api_get_sregs(vcpu, &sregs);
	__builtin_memcpy(sregs2, &sregs, SREGS_COMMON);
	if (!uses_pdptes(sregs.cr0, sregs.cr4, sregs.efer))
		return 0;
	for (unsigned int i = 0; i < COUNT_OF(sregs2->pdptrs); i++)
		sregs2->pdptrs[i] = vmcs_read_fast(GUEST_PDPTE0 + 2 * i);
	sregs2->flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
	return 0;
}

int api_set_sregs2(struct vcpu *vcpu, const struct kvm_sregs2 *sregs2)
{
	struct kvm_sregs sregs = {0};
	bool pdptes = sregs2->flags & KVM_SREGS2_FLAGS_PDPTRS_VALID;
	int error;

	if (sregs2->flags & ~(u64)KVM_SREGS2_FLAGS_PDPTRS_VALID)
		return -EINVAL;
	if (pdptes && !uses_pdptes(sregs2->cr0, sregs2->cr4, sregs2->efer))
		return -EINVAL;
	__builtin_memcpy(&sregs, sregs2, SREGS_COMMON);
	error = api_set_sregs(vcpu, &sregs);
	if (!error && pdptes)
		vcpu_pdptes_write((const u64 *)sregs2->pdptrs);
	return error;
}

int api_get_debugregs(struct vcpu *vcpu, struct kvm_debugregs *regs)
{
	for (unsigned int i = 0; i < COUNT_OF(regs->db); i++)
		regs->db[i] = vcpu->dr[i];
	regs->dr6 = vcpu->dr6;
	regs->dr7 = vcpu->dr7;
	return 0;
}

int api_set_debugregs(struct vcpu *vcpu, const struct kvm_debugregs *regs)
{
	if (regs->flags || (regs->dr6 >> 32) || (regs->dr7 >> 32))
		return -EINVAL;
	for (unsigned int i = 0; i < COUNT_OF(regs->db); i++)
		vcpu_dr_write(vcpu, i, regs->db[i]);
	vcpu_dr_write(vcpu, 6, regs->dr6);
	vcpu_dr_write(vcpu, 7, regs->dr7);
	return 0;
}
