// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest's MSR bitmap lets pass: what the table does, but for what
 * user space's filter denies.
 *
 * SDM: "MSR-Bitmap Address".
 */
#include "irq/lapic.h"
#include "msr/filter.h"
#include "vmcs/vmcs.h"

/* Close what the filter denies. */
static void close_row(u8 *bitmap, const struct msr_filter *filter, const struct msr_row *row)
{
	for (u32 msr = row->first; msr <= row->last; msr++)
		for (enum msr_direction way = MSR_READ; way <= MSR_WRITE; way++)
			if (!msr_filter_allows(filter, msr, way))
				msr_bitmap_set(bitmap, msr, way);
}

void msr_bitmap_apply_policy(struct vcpu *vcpu)
{
	u8 *bitmap = vcpu->vmcs.msr_bitmap;
	const struct msr_filter *filter;
	int ticket;

	if (!bitmap)
		return;
	for (unsigned int i = 0; i < MSR_BITMAP_SIZE; i++)
		bitmap[i] = 0xff;
	ticket = host_srcu_read_lock(&vcpu->vm->srcu);
	filter = msr_filter_get(vcpu->vm);
	for (const struct msr_row *row = msr_table; row < msr_table + MSR_ROWS; row++) {
		if (!msr_row_passes(row) || !msr_exists(row->condition, vcpu))
			continue;
		msr_bitmap_open_row(bitmap, row);
		if (filter)
			close_row(bitmap, filter, row);
	}
	/* The filter does not reach the x2APIC MSRs. */
	if (vcpu->control[CTL_SECONDARY] & CPU2_VIRTUALIZE_X2APIC_MODE) {
		msr_bitmap_open_x2apic(bitmap);
		if (vcpu->lapic->processor_delivers)
			msr_bitmap_open_apicv(bitmap);
	}
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}
