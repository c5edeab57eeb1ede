// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors: found, checked, loaded.
 */
#include "emulate/access.h"
#include "emulate/descriptor.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define DESCRIPTOR_TYPE_BYTE 5 /* P, DPL, S, type */

static bool raise_fault(struct descriptor_fault *fault, u8 vector, u32 error)
{
	*fault = (struct descriptor_fault){.page = WALK_OK, .vector = vector, .error = error};
	return false;
}

enum exit_action descriptor_fault_inject(struct vcpu *vcpu, const struct descriptor_fault *fault)
{
	if (fault->page != WALK_OK)
		return emulate_walk_failed(vcpu, fault->page, &fault->linear);
	vcpu_inject_exception_error(vcpu, fault->vector, fault->error);
	return ACTION_SAME_INSN;
}

static bool long_mode(const struct vcpu *vcpu)
{
	return vcpu->efer & IA32_EFER_LMA;
}

static bool table_of(struct vcpu *vcpu, u16 selector, u64 *base, u32 *limit)
{
	struct kvm_segment ldt;

	if (!(selector & SELECTOR_TI)) {
		*base = vmcs_readl(GUEST_GDTR_BASE);
		*limit = vmcs_read32(GUEST_GDTR_LIMIT);
		return true;
	}
	vcpu_seg_read(vcpu, SEG_LDTR, &ldt);
	*base = ldt.base;
	*limit = ldt.limit;
	return !ldt.unusable;
}

static bool read_table(struct vcpu *vcpu, gva_t at, u64 *value, struct descriptor_fault *fault)
{
	fault->page = linear_read(vcpu, at, PF_IMPLICIT, value, sizeof(*value), &fault->linear);
	return fault->page == WALK_OK;
}

bool descriptor_read(struct vcpu *vcpu, u16 selector, u8 vector, struct descriptor *descriptor,
		     struct descriptor_fault *fault)
{
	u32 offset = selector & 0xfff8u, limit;
	u64 base;

	*descriptor = (struct descriptor){0};
	if (!table_of(vcpu, selector, &base, &limit) || offset + 7 > limit)
		return raise_fault(fault, vector, SELECTOR_ERROR(selector));
	descriptor->at = base + offset;
	if (!read_table(vcpu, descriptor->at, &descriptor->low, fault))
		return false;
	if (!long_mode(vcpu) || DESCRIPTOR_S(descriptor))
		return true;
	if (offset + 15 > limit)
		return raise_fault(fault, vector, SELECTOR_ERROR(selector));
	return read_table(vcpu, descriptor->at + 8, &descriptor->high, fault);
}

bool descriptor_write_type(struct vcpu *vcpu, struct descriptor *descriptor, unsigned int type,
			   struct descriptor_fault *fault)
{
	u8 byte;

	descriptor->low = (descriptor->low & ~(15ULL << 40)) | (u64)type << 40;
	byte = (u8)(descriptor->low >> (8 * DESCRIPTOR_TYPE_BYTE));
	fault->page = linear_write(vcpu, descriptor->at + DESCRIPTOR_TYPE_BYTE, PF_IMPLICIT, &byte,
				   1, &fault->linear);
	return fault->page == WALK_OK;
}

struct kvm_segment descriptor_segment(const struct descriptor *descriptor, u16 selector)
{
	u64 low = descriptor->low;
	u32 limit = (u32)(low & 0xffff) | (u32)(low >> 32 & 0xf0000);
	bool granular = low >> 55 & 1;

	return (struct kvm_segment){
		.base = (low >> 16 & 0xffffff) | (low >> 32 & 0xff000000) | descriptor->high << 32,
		.limit = granular ? limit << 12 | 0xfff : limit,
		.selector = selector,
		.type = DESCRIPTOR_TYPE(descriptor) & 15,
		.s = DESCRIPTOR_S(descriptor),
		.dpl = DESCRIPTOR_DPL(descriptor) & 3,
		.present = DESCRIPTOR_PRESENT(descriptor),
		.avl = low >> 52 & 1,
		.l = low >> 53 & 1,
		.db = low >> 54 & 1,
		.g = granular,
	};
}

/* Real-address and virtual-8086 mode: the rest of the register stays, or is always the same. */
static void prepare_real(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector,
			 struct kvm_segment *segment)
{
	vcpu_seg_read(vcpu, seg, segment);
	if (vcpu_rflags_read(vcpu) & RFLAGS_VM)
		*segment = (struct kvm_segment){
			.limit = 0xffff, .type = 3, .s = 1, .dpl = 3, .present = 1};
	segment->selector = selector;
	segment->base = (u64)selector << 4;
}

static bool prepare_null(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector,
			 const struct segment_load *load, struct kvm_segment *segment,
			 struct descriptor_fault *fault)
{
	bool null_stack = vcpu_code_width(vcpu) == WIDTH_64 && load->cpl < 3 &&
			  SELECTOR_RPL(selector) == load->cpl;

	if (seg == SEG_CS || (seg == SEG_SS && !null_stack))
		return raise_fault(fault, load->vector, 0);
	*segment = (struct kvm_segment){.selector = selector, .unusable = 1};
	if (seg == SEG_SS)
		segment->dpl = load->cpl & 3;
	return true;
}

static bool code_allowed(const struct descriptor *descriptor, unsigned int rpl,
			 const struct segment_load *load)
{
	unsigned int type = DESCRIPTOR_TYPE(descriptor), dpl = DESCRIPTOR_DPL(descriptor);

	if (!DESCRIPTOR_S(descriptor) || !(type & TYPE_CODE))
		return false;
	if (load->use == SEGMENT_RETURN)
		return type & TYPE_CONFORMING ? dpl <= rpl : dpl == rpl;
	if (type & TYPE_CONFORMING)
		return dpl <= load->cpl;
	return rpl <= load->cpl && dpl == load->cpl;
}

static bool stack_allowed(const struct descriptor *descriptor, unsigned int rpl, unsigned int cpl)
{
	return DESCRIPTOR_S(descriptor) &&
	       (DESCRIPTOR_TYPE(descriptor) & (TYPE_CODE | TYPE_WRITABLE)) == TYPE_WRITABLE &&
	       rpl == cpl && DESCRIPTOR_DPL(descriptor) == cpl;
}

static bool data_allowed(const struct descriptor *descriptor, unsigned int rpl, unsigned int cpl)
{
	unsigned int type = DESCRIPTOR_TYPE(descriptor), dpl = DESCRIPTOR_DPL(descriptor);

	if (!DESCRIPTOR_S(descriptor) || (type & (TYPE_CODE | TYPE_READABLE)) == TYPE_CODE)
		return false;
	if ((type & (TYPE_CODE | TYPE_CONFORMING)) == (TYPE_CODE | TYPE_CONFORMING))
		return true;
	return rpl <= dpl && cpl <= dpl;
}

static bool descriptor_allowed(struct vcpu *vcpu, enum vcpu_seg seg,
			       const struct descriptor *descriptor, u16 selector,
			       const struct segment_load *load)
{
	unsigned int rpl = SELECTOR_RPL(selector);
	bool both = (descriptor->low >> 53 & 3) == 3; /* L and D */

	if (seg == SEG_CS)
		return code_allowed(descriptor, rpl, load) && !(long_mode(vcpu) && both);
	if (seg == SEG_SS)
		return stack_allowed(descriptor, rpl, load->cpl);
	return data_allowed(descriptor, rpl, load->cpl);
}

bool segment_prepare(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector,
		     const struct segment_load *load, struct kvm_segment *segment,
		     struct descriptor_fault *fault)
{
	struct descriptor descriptor;

	if (!segment_is_protected(vcpu)) {
		prepare_real(vcpu, seg, selector, segment);
		return true;
	}
	if (!SELECTOR_ERROR(selector))
		return prepare_null(vcpu, seg, selector, load, segment, fault);
	if (!descriptor_read(vcpu, selector, load->vector, &descriptor, fault))
		return false;
	if (!descriptor_allowed(vcpu, seg, &descriptor, selector, load))
		return raise_fault(fault, load->vector, SELECTOR_ERROR(selector));
	if (!DESCRIPTOR_PRESENT(&descriptor))
		return raise_fault(fault, seg == SEG_SS ? VECTOR_SS : VECTOR_NP,
				   SELECTOR_ERROR(selector));
	if (!(DESCRIPTOR_TYPE(&descriptor) & TYPE_ACCESSED) &&
	    !descriptor_write_type(vcpu, &descriptor, DESCRIPTOR_TYPE(&descriptor) | TYPE_ACCESSED,
				   fault))
		return false;
	/* A branch does not change the CPL, which is in the selector. */
	if (load->use == SEGMENT_BRANCH)
		selector = (u16)((selector & ~3u) | load->cpl);
	*segment = descriptor_segment(&descriptor, selector);
	return true;
}

bool segment_prepare_system(struct vcpu *vcpu, enum vcpu_seg seg, u16 selector, u8 vector,
			    struct kvm_segment *segment, struct descriptor_fault *fault)
{
	struct descriptor descriptor;
	unsigned int type;
	bool fits;

	if (!SELECTOR_ERROR(selector)) {
		if (seg == SEG_TR)
			return raise_fault(fault, vector, 0);
		*segment = (struct kvm_segment){.selector = selector, .unusable = 1};
		return true;
	}
	if (selector & SELECTOR_TI)
		return raise_fault(fault, vector, SELECTOR_ERROR(selector));
	if (!descriptor_read(vcpu, selector, vector, &descriptor, fault))
		return false;
	type = DESCRIPTOR_TYPE(&descriptor);
	if (seg == SEG_LDTR)
		fits = type == TYPE_LDT;
	else
		fits = type == TYPE_TSS32 || (type == TYPE_TSS16 && !long_mode(vcpu));
	if (DESCRIPTOR_S(&descriptor) || !fits)
		return raise_fault(fault, vector, SELECTOR_ERROR(selector));
	if (!DESCRIPTOR_PRESENT(&descriptor))
		return raise_fault(fault, VECTOR_NP, SELECTOR_ERROR(selector));
	if (seg == SEG_TR && !descriptor_write_type(vcpu, &descriptor, type | TYPE_TSS_BUSY, fault))
		return false;
	*segment = descriptor_segment(&descriptor, selector);
	return true;
}
