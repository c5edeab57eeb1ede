// SPDX-License-Identifier: GPL-2.0
/*
 * Segmentation: from segment:offset to a linear address.
 */
#include "emulate/emulate.h"
#include "facts/segment.h"
#include "vcpu/state.h"

static bool address_is_canonical(u64 address, unsigned int width)
{
	unsigned int unused = 64 - width;

	return (u64)((s64)(address << unused) >> unused) == address;
}

static bool type_allows(const struct kvm_segment *segment, bool write)
{
	if (segment->unusable || !segment->present)
		return false;
	if (segment->type & TYPE_CODE)
		return !write && (segment->type & TYPE_READABLE);
	return !write || (segment->type & TYPE_WRITABLE);
}

/* "Limit Checking". */
static bool limit_allows(const struct kvm_segment *segment, u32 offset, unsigned int size,
			 bool expand_down)
{
	u64 last = (u64)offset + size - 1;

	if (!expand_down)
		return last <= segment->limit;
	return offset > segment->limit && last <= (segment->db ? 0xffffffff : 0xffff);
}

bool segment_is_canonical(struct vcpu *vcpu, u64 address)
{
	return address_is_canonical(address, vcpu_cr4_read(vcpu) & CR4_LA57 ? 57 : 48);
}

gva_t segment_linear_64(struct vcpu *vcpu, enum vcpu_seg seg, u64 offset)
{
	return seg == SEG_FS || seg == SEG_GS ? offset + vcpu_seg_base(vcpu, seg) : offset;
}

static bool linear_64bit(struct vcpu *vcpu, enum vcpu_seg seg, u64 offset, unsigned int size,
			 gva_t *linear)
{
	*linear = segment_linear_64(vcpu, seg, offset);
	return segment_is_canonical(vcpu, *linear) &&
	       segment_is_canonical(vcpu, *linear + size - 1);
}

bool segment_is_protected(struct vcpu *vcpu)
{
	return (vcpu_cr0_read(vcpu) & CR0_PE) && !(vcpu_rflags_read(vcpu) & RFLAGS_VM);
}

static bool linear_legacy(struct vcpu *vcpu, enum vcpu_seg seg, u32 offset, unsigned int size,
			  bool write, gva_t *linear)
{
	bool expand_down = false;
	struct kvm_segment segment;

	vcpu_seg_read(vcpu, seg, &segment);
	*linear = (u32)(segment.base + offset);
	/* Real-address and virtual-8086 mode know limits, but neither types nor null segments. */
	if (segment_is_protected(vcpu)) {
		if (!type_allows(&segment, write))
			return false;
		expand_down = (segment.type & (TYPE_CODE | TYPE_EXPAND_DOWN)) == TYPE_EXPAND_DOWN;
	}
	return limit_allows(&segment, offset, size, expand_down);
}

u8 segment_linear(struct vcpu *vcpu, enum vcpu_seg seg, u64 offset, unsigned int size, bool write,
		  gva_t *linear)
{
	bool ok;

	if (vcpu_code_width(vcpu) == WIDTH_64)
		ok = linear_64bit(vcpu, seg, offset, size, linear);
	else
		ok = linear_legacy(vcpu, seg, (u32)offset, size, write, linear);
	if (ok)
		return 0;
	return seg == SEG_SS ? VECTOR_SS : VECTOR_GP;
}
