// SPDX-License-Identifier: GPL-2.0
/*
 * Pages of MSR bitmaps: where they are from, and which accesses they let pass.
 *
 * SDM: "MSR-Bitmap Address".
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "bitmap.h"
#include "tool/command.h"

#define DEBUGFS "/sys/kernel/debug/lintel"

const struct bitmap_quarter bitmap_quarters[BITMAP_QUARTERS] = {
	{"reads of low MSRs", MSR_READ, 0x00000000},
	{"reads of high MSRs", MSR_READ, 0xc0000000},
	{"writes of low MSRs", MSR_WRITE, 0x00000000},
	{"writes of high MSRs", MSR_WRITE, 0xc0000000},
};

bool bitmap_policy_opens(u32 msr, enum msr_direction direction)
{
	static struct bitmap_page widest;

	if (!widest.source) {
		bitmap_policy(&widest, true);
		msr_bitmap_open_apicv(widest.bits);
	}
	return !msr_bitmap_test(widest.bits, msr, direction);
}

static bool is_open(const struct bitmap_page *page, const struct bitmap_quarter *quarter, u32 msr)
{
	return !msr_bitmap_test(page->bits, msr, quarter->direction);
}

static bool continues(const struct bitmap_page *page, const struct bitmap_run *run, u32 msr)
{
	return is_open(page, run->quarter, msr) && msr_find(msr) == run->row &&
	       bitmap_policy_opens(msr, run->quarter->direction) == run->by_policy;
}

bool bitmap_next_run(const struct bitmap_page *page, const struct bitmap_quarter *quarter, u32 *msr,
		     struct bitmap_run *run)
{
	u32 end = quarter->first + BITMAP_QUARTER_MSRS;

	while (*msr < end && !is_open(page, quarter, *msr))
		++*msr;
	if (*msr == end)
		return false;
	*run = (struct bitmap_run){
		.quarter = quarter,
		.first = *msr,
		.row = msr_find(*msr),
		.by_policy = bitmap_policy_opens(*msr, quarter->direction),
	};
	while (*msr < end && continues(page, run, *msr))
		run->last = (*msr)++;
	return true;
}

unsigned int bitmap_open_count(const struct bitmap_page *page)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < MSR_BITMAP_SIZE; i++)
		count += 8 - (unsigned int)__builtin_popcount(page->bits[i]);
	return count;
}

const char *bitmap_run_name(const struct bitmap_run *run)
{
	if (run->first == MSR_X2APIC_TPR && run->last == MSR_X2APIC_TPR)
		return "x2APIC TPR";
	return run->row ? run->row->name : "not in Lintel's table";
}

void bitmap_policy(struct bitmap_page *page, bool x2apic)
{
	page->source = x2apic ? "the policy, for a guest in x2APIC mode" : "the policy";
	page->policy = true;
	memset(page->bits, 0xff, sizeof(page->bits));
	for (unsigned int i = 0; i < MSR_ROWS; i++)
		msr_bitmap_open_row(page->bits, &msr_table[i]);
	if (x2apic)
		msr_bitmap_open_x2apic(page->bits);
}

static void read_page(struct bitmap_page *page, FILE *file, const char *path)
{
	size_t length = fread(page->bits, 1, sizeof(page->bits), file);

	if (ferror(file))
		command_fail("%s: %s", path, strerror(errno));
	if (length < sizeof(page->bits))
		command_fail("%s: %zu bytes; the MSR bitmap is a page of %u", path, length,
			     MSR_BITMAP_SIZE);
	if (fgetc(file) != EOF)
		command_fail("%s: longer than %u bytes, which is what an MSR bitmap has", path,
			     MSR_BITMAP_SIZE);
}

void bitmap_read(struct bitmap_page *page, const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file)
		command_fail("%s: %s", path, strerror(errno));
	page->source = path;
	page->policy = false;
	read_page(page, file, path);
	fclose(file);
}

void bitmap_read_live(struct bitmap_page *page, const char *vm, unsigned int vcpu)
{
	static char path[PATH_MAX];
	FILE *file;

	if (strchr(vm, '/') || *vm == '.')
		command_fail("%s: the name of a VM in " DEBUGFS " is meant, such as 1234-5", vm);
	snprintf(path, sizeof(path), DEBUGFS "/%s/vcpu%u/msr_bitmap", vm, vcpu);
	file = fopen(path, "rb");
	if (!file)
		command_fail("%s: %s: is the module loaded, debugfs mounted, the VM running, and "
			     "are you root? Without MSR bitmaps in the processor there is no such "
			     "file",
			     path, strerror(errno));
	page->source = path;
	page->policy = false;
	read_page(page, file, path);
	fclose(file);
}
