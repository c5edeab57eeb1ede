// SPDX-License-Identifier: GPL-2.0
/*
 * The MSR bitmap: four quarters of 1 KiB, a bit for each MSR, 1 = the access exits.
 *
 * SDM: "MSR-Bitmap Address".
 */
#include "msr/filter.h"
#include "vmcs/vmcs.h"

#define RANGE_SIZE 0x2000u /* MSRs of one quarter */
#define HIGH_FIRST 0xc0000000u

struct msr_bitmap {
	u8 read_low[1024];
	u8 read_high[1024];
	u8 write_low[1024];
	u8 write_high[1024];
};

_Static_assert(sizeof(struct msr_bitmap) == MSR_BITMAP_SIZE, "the MSR bitmap is one page");
_Static_assert(offsetof(struct msr_bitmap, read_high) == 1024, "reads of the high MSRs");
_Static_assert(offsetof(struct msr_bitmap, write_low) == 2048, "writes of the low MSRs");
_Static_assert(offsetof(struct msr_bitmap, write_high) == 3072, "writes of the high MSRs");

static bool is_high(u32 msr)
{
	return msr - HIGH_FIRST < RANGE_SIZE;
}

bool msr_bitmap_covers(u32 msr)
{
	return msr < RANGE_SIZE || is_high(msr);
}

static u8 *quarter(u8 *page, u32 msr, enum msr_direction direction)
{
	struct msr_bitmap *bitmap = (struct msr_bitmap *)page;

	if (direction == MSR_READ)
		return is_high(msr) ? bitmap->read_high : bitmap->read_low;
	return is_high(msr) ? bitmap->write_high : bitmap->write_low;
}

void msr_bitmap_set(u8 *bitmap, u32 msr, enum msr_direction direction)
{
	u32 bit = msr % RANGE_SIZE;

	if (bitmap && msr_bitmap_covers(msr))
		quarter(bitmap, msr, direction)[bit / 8] |= (u8)(1u << bit % 8);
}

void msr_bitmap_clear(u8 *bitmap, u32 msr, enum msr_direction direction)
{
	u32 bit = msr % RANGE_SIZE;

	if (bitmap && msr_bitmap_covers(msr))
		quarter(bitmap, msr, direction)[bit / 8] &= (u8) ~(1u << bit % 8);
}

bool msr_bitmap_test(const u8 *bitmap, u32 msr, enum msr_direction direction)
{
	u32 bit = msr % RANGE_SIZE;

	if (!bitmap || !msr_bitmap_covers(msr))
		return true;
	return quarter((u8 *)bitmap, msr, direction)[bit / 8] & (1u << bit % 8);
}

static void open_row(u8 *bitmap, const struct msr_filter *filter, const struct msr_row *row)
{
	for (u32 msr = row->first; msr <= row->last; msr++) {
		if (row->read == MSR_PASS_THROUGH && msr_filter_allows(filter, msr, MSR_READ))
			msr_bitmap_clear(bitmap, msr, MSR_READ);
		if (row->write == MSR_PASS_THROUGH && msr_filter_allows(filter, msr, MSR_WRITE))
			msr_bitmap_clear(bitmap, msr, MSR_WRITE);
	}
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
	for (unsigned int i = 0; i < msr_table_rows; i++)
		if (!msr_table[i].exists || msr_table[i].exists(vcpu))
			open_row(bitmap, filter, &msr_table[i]);
	/* The filter does not reach the x2APIC MSRs. */
	if (vcpu->control[CTL_SECONDARY] & CPU2_VIRTUALIZE_X2APIC_MODE) {
		msr_bitmap_clear(bitmap, MSR_X2APIC_TPR, MSR_READ);
		msr_bitmap_clear(bitmap, MSR_X2APIC_TPR, MSR_WRITE);
	}
	host_srcu_read_unlock(&vcpu->vm->srcu, ticket);
}
