/* SPDX-License-Identifier: GPL-2.0 */
/*
 * `lintel bitmap': pages of MSR bitmaps, and what they let pass.
 */
#ifndef TOOL_BITMAP_H
#define TOOL_BITMAP_H

#include <jansson.h>

#include "tool/explain/policy.h"

#define BITMAP_QUARTERS	    4
#define BITMAP_QUARTER_MSRS 0x2000u

/* The quarters, in the order of the page. */
struct bitmap_quarter {
	const char *name;
	enum msr_direction direction;
	u32 first; /* the MSR of its first bit */
};
extern const struct bitmap_quarter bitmap_quarters[BITMAP_QUARTERS];

/* A page, and where it is from. */
struct bitmap_page {
	const char *source; /* in words */
	bool policy;	    /* it is the policy's own */
	u8 bits[MSR_BITMAP_SIZE];
};

/* MSRs of a quarter, one after the other, whose accesses pass and are the same row's. */
struct bitmap_run {
	const struct bitmap_quarter *quarter;
	u32 first, last;
	const struct msr_row *row; /* NULL: the table has none */
	bool by_policy;		   /* the policy opens it for some guest */
};

/* The next run of a quarter from *msr on, which is moved past it; false when there is none. */
bool bitmap_next_run(const struct bitmap_page *page, const struct bitmap_quarter *quarter, u32 *msr,
		     struct bitmap_run *run);

/* How many bits of a page are open. */
unsigned int bitmap_open_count(const struct bitmap_page *page);

/* What the run is called: the row's name, or that there is none. */
const char *bitmap_run_name(const struct bitmap_run *run);

/* What a guest passes that has everything that a row asks for; x2apic: and uses x2APIC mode. */
void bitmap_policy(struct bitmap_page *page, bool x2apic);

/* Does the policy let the access pass, of a guest that has all that it asks for? */
bool bitmap_policy_opens(u32 msr, enum msr_direction direction);

/* A page of a file; command_fail() if it is not one. */
void bitmap_read(struct bitmap_page *page, const char *path);

/* The page of a vCPU of the loaded module; vm is its directory's name in debugfs. */
void bitmap_read_live(struct bitmap_page *page, const char *vm, unsigned int vcpu);

/* The page as a picture, on stdout. */
void bitmap_print_svg(const struct bitmap_page *page);

/* What happens on one access, as text on stdout or as JSON. */
void bitmap_print_access(const struct bitmap_page *page, u32 msr, enum msr_direction direction);
json_t *bitmap_json_access(const struct bitmap_page *page, u32 msr, enum msr_direction direction);

#endif
