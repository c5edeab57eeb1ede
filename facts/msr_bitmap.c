// SPDX-License-Identifier: GPL-2.0
#include "facts/msr_bitmap.h"

#define RANGE_SIZE 0x2000u /* MSRs of one quarter, and its bits */
#define HIGH_FIRST 0xc0000000u

_Static_assert(4 * RANGE_SIZE == 8 * MSR_BITMAP_SIZE, "the MSR bitmap is one page");

static bool is_high(u32 msr)
{
	return msr - HIGH_FIRST < RANGE_SIZE;
}

bool msr_bitmap_covers(u32 msr)
{
	return msr < RANGE_SIZE || is_high(msr);
}

/* The quarters: reads of the low MSRs, of the high ones, writes of the low ones, of the high ones.
 */
unsigned int msr_bitmap_bit(u32 msr, enum msr_direction direction)
{
	unsigned int quarter = (direction == MSR_WRITE ? 2 : 0) + is_high(msr);

	return quarter * RANGE_SIZE + msr % RANGE_SIZE;
}

void msr_bitmap_set(u8 *bitmap, u32 msr, enum msr_direction direction)
{
	unsigned int bit = msr_bitmap_bit(msr, direction);

	if (bitmap && msr_bitmap_covers(msr))
		bitmap[bit / 8] |= (u8)(1u << bit % 8);
}

void msr_bitmap_clear(u8 *bitmap, u32 msr, enum msr_direction direction)
{
	unsigned int bit = msr_bitmap_bit(msr, direction);

	if (bitmap && msr_bitmap_covers(msr))
		bitmap[bit / 8] &= (u8) ~(1u << bit % 8);
}

bool msr_bitmap_test(const u8 *bitmap, u32 msr, enum msr_direction direction)
{
	unsigned int bit = msr_bitmap_bit(msr, direction);

	if (!bitmap || !msr_bitmap_covers(msr))
		return true;
	return bitmap[bit / 8] & (1u << bit % 8);
}

void msr_bitmap_open_row(u8 *bitmap, const struct msr_row *row)
{
	for (u32 msr = row->first; msr <= row->last; msr++) {
		if (row->read == MSR_PASS_THROUGH)
			msr_bitmap_clear(bitmap, msr, MSR_READ);
		if (row->write == MSR_PASS_THROUGH)
			msr_bitmap_clear(bitmap, msr, MSR_WRITE);
	}
}

void msr_bitmap_open_x2apic(u8 *bitmap)
{
	msr_bitmap_clear(bitmap, MSR_X2APIC_TPR, MSR_READ);
	msr_bitmap_clear(bitmap, MSR_X2APIC_TPR, MSR_WRITE);
}

/* Not ICR, which the page of KVM_GET_LAPIC has in two parts; not the current count of the timer,
 * which is in no page; and not the LVT entry that not every APIC has. */
static const struct {
	u32 first, last;
} in_page[] = {
	{0x802, 0x803}, /* ID, version */
	{0x808, 0x808}, /* TPR */
	{0x80a, 0x80a}, /* PPR */
	{0x80d, 0x80d}, /* LDR */
	{0x80f, 0x80f}, /* spurious-interrupt vector */
	{0x810, 0x828}, /* ISR, TMR, IRR, ESR */
	{0x832, 0x838}, /* LVT, initial count */
	{0x83e, 0x83e}, /* divide configuration */
};

void msr_bitmap_open_apicv(u8 *bitmap)
{
	for (unsigned int i = 0; i < sizeof(in_page) / sizeof(in_page[0]); i++)
		for (u32 msr = in_page[i].first; msr <= in_page[i].last; msr++)
			msr_bitmap_clear(bitmap, msr, MSR_READ);
	msr_bitmap_clear(bitmap, MSR_X2APIC_EOI, MSR_WRITE);
	msr_bitmap_clear(bitmap, MSR_X2APIC_SELF_IPI, MSR_WRITE);
}
