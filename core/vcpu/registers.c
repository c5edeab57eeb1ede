// SPDX-License-Identifier: GPL-2.0
/*
 * Registers of the guest.  General registers are in vcpu->regs; RSP, RIP and
 * RFLAGS are fetched from the VMCS when first asked for after an exit, and
 * written back before the next entry; segments are always in the VMCS.
 *
 * SDM: "Guest Register State".
 */
#include "vcpu/vcpu.h"
#include "vcpu/state.h"
#include "irq/lapic.h"
#include "vcpu/cached.h"
#include "vcpu/events.h"
#include "vmcs/vmcs.h"

static void written(struct vcpu *vcpu, u32 bit)
{
	vcpu->cached |= bit;
	vcpu->dirty |= bit;
}

void vcpu_rsp_fetch(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_RSP))
		vcpu->regs[REG_RSP] = vmcs_readl(GUEST_RSP);
}

void vcpu_rsp_written(struct vcpu *vcpu)
{
	written(vcpu, VCPU_CACHED_RSP);
}

u64 vcpu_rip_read(struct vcpu *vcpu)
{
	return cached_rip(vcpu);
}

void vcpu_rip_write(struct vcpu *vcpu, u64 value)
{
	vcpu->rip = value;
	written(vcpu, VCPU_CACHED_RIP);
}

u64 vcpu_rflags_read(struct vcpu *vcpu)
{
	return cached_rflags(vcpu);
}

void vcpu_rflags_write(struct vcpu *vcpu, u64 value)
{
	/* Reserved bits are for VM entry to refuse: user space then hears what it did. */
	vcpu->rflags = value | RFLAGS_FIXED;
	written(vcpu, VCPU_CACHED_RFLAGS);
}

void vcpu_registers_flush(struct vcpu *vcpu)
{
	u32 dirty = vcpu->dirty;

	vcpu->dirty = 0;
	if (dirty & VCPU_CACHED_RIP)
		vmcs_writel(GUEST_RIP, vcpu->rip);
	/* Mostly that was all. */
	if (!(dirty & ~(u32)VCPU_CACHED_RIP))
		return;
	if (dirty & VCPU_CACHED_RSP)
		vmcs_writel(GUEST_RSP, vcpu->regs[REG_RSP]);
	if (dirty & VCPU_CACHED_RFLAGS)
		vmcs_writel(GUEST_RFLAGS, vcpu->rflags);
	if (dirty & VCPU_DIRTY_TIMER)
		lapic_deadline_to_guest(vcpu);
}

bool vcpu_single_steps(struct vcpu *vcpu)
{
	return (vcpu_rflags_read(vcpu) & RFLAGS_TF) &&
	       !(vmcs_read64(GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);
}

static void resume_flag_write(struct vcpu *vcpu, bool on)
{
	u64 rflags = vcpu_rflags_read(vcpu);
	u64 wanted = on ? rflags | RFLAGS_RF : rflags & ~RFLAGS_RF;

	if (wanted != rflags)
		vcpu_rflags_write(vcpu, wanted);
}

/*
 * An instruction in the shadow of MOV SS or STI is done: the shadow ends.  Gives the breakpoints
 * that it held back, which hit now; a step that it held back is that of this instruction.
 * "Saving Non-Register State", on pending debug exceptions.
 */
static u64 end_shadow(struct vcpu *vcpu)
{
	u64 pending;

	if (!vcpu_interrupt_shadow(vcpu))
		return 0;
	vcpu_interrupt_shadow_clear(vcpu);
	pending = vmcs_readl(GUEST_PENDING_DBG_EXCEPTIONS);
	if (pending)
		vmcs_writel(GUEST_PENDING_DBG_EXCEPTIONS, 0);
	return pending & PENDING_DEBUG_ENABLED ? pending & DR6_BREAKPOINTS : 0;
}

/* The traps that come after the instruction. */
static void trap(struct vcpu *vcpu, bool steps)
{
	u64 dr6 = end_shadow(vcpu) | (steps ? DR6_BS : 0);

	if (dr6)
		vcpu_inject_debug(vcpu, dr6);
}

static void move_past(struct vcpu *vcpu, unsigned int length)
{
	u64 before = cached_rip(vcpu), rip = before + length;

	/* Outside 64-bit code EIP wraps at 4 GiB (and IP does not: a #GP comes at the fetch). */
	if ((before ^ rip) >> 32 && vcpu_code_width(vcpu) != WIDTH_64)
		rip = (u32)rip;
	vcpu->rip = rip;
	vcpu->dirty |= VCPU_CACHED_RIP;
	/* An EPT violation has saved it as set, so that the instruction could be executed again. */
	if (cached_rflags(vcpu) & RFLAGS_RF)
		resume_flag_write(vcpu, false);
}

void vcpu_skip_instruction(struct vcpu *vcpu, unsigned int length)
{
	const u32 shadow = BLOCKING_BY_STI | BLOCKING_BY_MOV_SS;

	move_past(vcpu, length);
	if ((vcpu->rflags & RFLAGS_TF) || (cached_interruptibility(vcpu) & shadow))
		trap(vcpu, vcpu_single_steps(vcpu));
}

void vcpu_skip_branch(struct vcpu *vcpu, unsigned int length)
{
	move_past(vcpu, length);
	trap(vcpu, vcpu_rflags_read(vcpu) & RFLAGS_TF);
}

void vcpu_repeat_instruction(struct vcpu *vcpu)
{
	resume_flag_write(vcpu, true);
	trap(vcpu, vcpu_single_steps(vcpu));
}

static u32 access_rights(enum vcpu_seg seg)
{
	return (u32)vmcs_read_fast(GUEST_SEGMENT_AR_BYTES(seg));
}

static u32 code_rights(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_CS))
		vcpu->cs_rights = access_rights(SEG_CS);
	return vcpu->cs_rights;
}

static u32 stack_rights(struct vcpu *vcpu)
{
	if (cached_fetch(vcpu, VCPU_CACHED_SS))
		vcpu->ss_rights = access_rights(SEG_SS);
	return vcpu->ss_rights;
}

u64 vcpu_seg_base(struct vcpu *vcpu, enum vcpu_seg seg)
{
	return vmcs_read_fast(GUEST_SEGMENT_BASE(seg));
}

gva_t vcpu_linear_rip(struct vcpu *vcpu)
{
	u64 rip = vcpu_rip_read(vcpu);

	if (vcpu_code_width(vcpu) == WIDTH_64)
		return rip;
	return (u32)(vcpu_seg_base(vcpu, SEG_CS) + rip);
}

u16 vcpu_seg_selector(struct vcpu *vcpu, enum vcpu_seg seg)
{
	return (u16)vmcs_read_fast(GUEST_SEGMENT_SELECTOR(seg));
}

void vcpu_seg_read(struct vcpu *vcpu, enum vcpu_seg seg, struct kvm_segment *value)
{
	u32 rights = access_rights(seg);

	*value = (struct kvm_segment){
		.base = vcpu_seg_base(vcpu, seg),
		.limit = (u32)vmcs_read_fast(GUEST_SEGMENT_LIMIT(seg)),
		.selector = vcpu_seg_selector(vcpu, seg),
		.type = rights & 15,
		.s = (rights >> 4) & 1,
		.dpl = (rights >> 5) & 3,
		.avl = (rights >> 12) & 1,
		.l = (rights >> 13) & 1,
		.db = (rights >> 14) & 1,
		.g = (rights >> 15) & 1,
		.unusable = !!(rights & SEG_AR_UNUSABLE),
	};
	/* An unusable segment is not present, whatever the field holds. */
	value->present = !value->unusable && ((rights >> 7) & 1);
}

void vcpu_seg_write(struct vcpu *vcpu, enum vcpu_seg seg, const struct kvm_segment *value)
{
	/* VM entry wants the accessed bit (a busy TSS) that loading the register would have set. */
	u32 accessed = seg == SEG_LDTR ? 0 : 1;
	u32 rights = SEG_AR_UNUSABLE;

	vcpu->cached &= ~(VCPU_CACHED_CS | VCPU_CACHED_SS);
	if (!value->unusable && value->present)
		rights = (value->type & 15u) | accessed | (value->s & 1u) << 4 |
			 (value->dpl & 3u) << 5 | 1u << 7 | (value->avl & 1u) << 12 |
			 (value->l & 1u) << 13 | (value->db & 1u) << 14 | (value->g & 1u) << 15;
	/* The stack's privilege is the CPL, in an unusable SS too. */
	else if (seg == SEG_SS)
		rights |= (value->dpl & 3u) << 5;
	vmcs_write_fast(GUEST_SEGMENT_BASE(seg), value->base);
	vmcs_write_fast(GUEST_SEGMENT_LIMIT(seg), value->limit);
	vmcs_write_fast(GUEST_SEGMENT_SELECTOR(seg), value->selector);
	vmcs_write_fast(GUEST_SEGMENT_AR_BYTES(seg), rights);
}

unsigned int vcpu_cpl(struct vcpu *vcpu)
{
	return (stack_rights(vcpu) >> 5) & 3;
}

enum vcpu_width vcpu_code_width(struct vcpu *vcpu)
{
	u32 rights = code_rights(vcpu);

	if ((vcpu->efer & IA32_EFER_LMA) && (rights & BIT32(13)))
		return WIDTH_64;
	if ((vcpu->cr0 & CR0_PE) && (vcpu_rflags_read(vcpu) & RFLAGS_VM))
		return WIDTH_16;
	return (rights & BIT32(14)) ? WIDTH_32 : WIDTH_16;
}

u64 vcpu_cr0_read(struct vcpu *vcpu)
{
	vcpu->cr0 = (vcpu->cr0 & ~CR0_GUEST_OWNED) | (vmcs_readl(GUEST_CR0) & CR0_GUEST_OWNED);
	return vcpu->cr0;
}

u64 vcpu_cr3_read(struct vcpu *vcpu)
{
	return vmcs_readl(GUEST_CR3);
}

u64 vcpu_cr4_allowed(const struct vcpu *vcpu)
{
	return vcpu->cr4_allowed;
}

u64 vcpu_cr4_read(struct vcpu *vcpu)
{
	u64 owned = CR4_GUEST_OWNED & vcpu_cr4_allowed(vcpu);

	vcpu->cr4 = (vcpu->cr4 & ~owned) | (vmcs_readl(GUEST_CR4) & owned);
	return vcpu->cr4;
}

u64 vcpu_cr8_read(const struct vcpu *vcpu)
{
	return vcpu->lapic ? lapic_cr8_read(vcpu) : vcpu->cr8;
}

void vcpu_cr8_store(struct vcpu *vcpu, u64 value)
{
	if (vcpu->lapic)
		lapic_cr8_write(vcpu, value);
	else
		vcpu->cr8 = value;
}
