// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry: the checks of the guest's segment registers.
 *
 * SDM: "Checks on Guest Segment Registers".
 */
#include "processor.h"

enum { ES, CS, SS, DS, FS, GS, LDTR, TR, SEGMENTS };

struct segment {
	u16 selector;
	u64 base;
	u32 limit, rights;
};

/* The access rights, taken apart. */
#define TYPE(segment)	 ((segment)->rights & 0xf)
#define S(segment)	 ((segment)->rights & BIT32(4))
#define DPL(segment)	 ((segment)->rights >> 5 & 3)
#define PRESENT(segment) ((segment)->rights & BIT32(7))
#define L(segment)	 ((segment)->rights & BIT32(13))
#define DB(segment)	 ((segment)->rights & BIT32(14))
#define G(segment)	 ((segment)->rights & BIT32(15))
#define USABLE(segment)	 (!((segment)->rights & BIT32(16)))
#define RIGHTS_RESERVED	 0xfffe0f00u
#define RPL(segment)	 ((segment)->selector & 3)
#define TI(segment)	 ((segment)->selector & 4)

#define CODE 8u /* in TYPE(): a code segment */

struct segments {
	struct entry *entry;
	struct segment at[SEGMENTS];
	bool ia32e, v8086, unrestricted, protected;
};

static void segments_read(struct segments *segments, struct entry *entry)
{
	u64 rflags = entry_field(entry, GUEST_RFLAGS);

	*segments = (struct segments){
		.entry = entry,
		.ia32e = entry_has(entry, CTL_ENTRY, ENTRY_IA32E_MODE_GUEST),
		.v8086 = rflags & BIT64(17),
		.unrestricted = entry_has(entry, CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST),
		.protected = entry_field(entry, GUEST_CR0) & 1,
	};
	for (unsigned int seg = 0; seg < SEGMENTS; seg++)
		segments->at[seg] = (struct segment){
			.selector = (u16)entry_field(entry, GUEST_SEGMENT_SELECTOR(seg)),
			.base = entry_field(entry, GUEST_SEGMENT_BASE(seg)),
			.limit = (u32)entry_field(entry, GUEST_SEGMENT_LIMIT(seg)),
			.rights = (u32)entry_field(entry, GUEST_SEGMENT_AR_BYTES(seg)),
		};
}

/* Bits of the limit that the granularity says there are, and no others. */
static bool granularity_ok(const struct segment *segment)
{
	if ((segment->limit & 0xfff) != 0xfff && G(segment))
		return false;
	return !(segment->limit >> 20) || G(segment);
}

static void check_v8086(const struct segments *segments)
{
	for (unsigned int seg = ES; seg <= GS; seg++) {
		const struct segment *segment = &segments->at[seg];

		entry_rule(segments->entry, segment->base == (u64)segment->selector << 4,
			   "virtual-8086 segment: base");
		entry_rule(segments->entry, segment->limit == 0xffff,
			   "virtual-8086 segment: limit");
		entry_rule(segments->entry, segment->rights == 0xf3,
			   "virtual-8086 segment: access rights");
	}
}

static void check_bases(const struct segments *segments)
{
	const struct segment *at = segments->at;
	struct entry *entry = segments->entry;

	entry_rule(entry, processor_canonical(at[TR].base), "TR: base");
	entry_rule(entry, processor_canonical(at[FS].base), "FS: base");
	entry_rule(entry, processor_canonical(at[GS].base), "GS: base");
	entry_rule(entry, !USABLE(&at[LDTR]) || processor_canonical(at[LDTR].base), "LDTR: base");
	entry_rule(entry, !(at[CS].base >> 32), "CS: base");
	entry_rule(entry, !USABLE(&at[SS]) || !(at[SS].base >> 32), "SS: base");
	entry_rule(entry, !USABLE(&at[DS]) || !(at[DS].base >> 32), "DS: base");
	entry_rule(entry, !USABLE(&at[ES]) || !(at[ES].base >> 32), "ES: base");
}

static void check_code_segment(const struct segments *segments)
{
	const struct segment *cs = &segments->at[CS], *ss = &segments->at[SS];
	struct entry *entry = segments->entry;
	u32 type = TYPE(cs);

	if (type == 3)
		entry_rule(entry, segments->unrestricted && DPL(cs) == 0,
			   "CS: a data segment needs unrestricted guest and DPL 0");
	else if (type == 9 || type == 11)
		entry_rule(entry, DPL(cs) == DPL(ss), "CS: DPL is not that of SS");
	else if (type == 13 || type == 15)
		entry_rule(entry, DPL(cs) <= DPL(ss), "CS: DPL is above that of SS");
	else
		entry_rule(entry, false, "CS: type");
	entry_rule(entry, USABLE(cs), "CS: unusable");
	entry_rule(entry, !segments->ia32e || !L(cs) || !DB(cs), "CS: L and D/B are both 1");
}

static void check_stack_segment(const struct segments *segments)
{
	const struct segment *cs = &segments->at[CS], *ss = &segments->at[SS];
	struct entry *entry = segments->entry;

	entry_rule(entry, !USABLE(ss) || TYPE(ss) == 3 || TYPE(ss) == 7, "SS: type");
	if (!segments->unrestricted) {
		entry_rule(entry, RPL(ss) == RPL(cs), "SS: RPL is not that of CS");
		entry_rule(entry, DPL(ss) == RPL(ss), "SS: DPL is not its RPL");
	}
	if (TYPE(cs) == 3 || !segments->protected)
		entry_rule(entry, DPL(ss) == 0, "SS: DPL must be 0");
}

static void check_data_segment(const struct segments *segments, unsigned int seg)
{
	const struct segment *segment = &segments->at[seg];
	struct entry *entry = segments->entry;
	u32 type = TYPE(segment);

	if (!USABLE(segment))
		return;
	entry_rule(entry, type & 1, "data segment: not accessed");
	entry_rule(entry, !(type & CODE) || (type & 2), "data segment: code that cannot be read");
	if (!segments->unrestricted && type <= 11)
		entry_rule(entry, DPL(segment) >= RPL(segment), "data segment: DPL is below RPL");
}

/* What all six have in common. */
static void check_rights(const struct segments *segments)
{
	for (unsigned int seg = ES; seg <= GS; seg++) {
		const struct segment *segment = &segments->at[seg];

		if (seg != CS && !USABLE(segment))
			continue;
		entry_rule(segments->entry, S(segment), "segment: S is 0");
		entry_rule(segments->entry, PRESENT(segment), "segment: not present");
		entry_rule(segments->entry, !(segment->rights & RIGHTS_RESERVED),
			   "segment: reserved bits of the access rights");
		entry_rule(segments->entry, granularity_ok(segment), "segment: granularity");
	}
}

static void check_task_register(const struct segments *segments)
{
	const struct segment *tr = &segments->at[TR];
	struct entry *entry = segments->entry;

	entry_rule(entry, !TI(tr), "TR: TI is 1");
	entry_rule(entry, TYPE(tr) == 11 || (TYPE(tr) == 3 && !segments->ia32e), "TR: type");
	entry_rule(entry, !S(tr) && PRESENT(tr) && USABLE(tr), "TR: S, P or usable");
	entry_rule(entry, !(tr->rights & RIGHTS_RESERVED), "TR: reserved bits");
	entry_rule(entry, granularity_ok(tr), "TR: granularity");
}

static void check_local_table(const struct segments *segments)
{
	const struct segment *ldtr = &segments->at[LDTR];
	struct entry *entry = segments->entry;

	if (!USABLE(ldtr))
		return;
	entry_rule(entry, !TI(ldtr), "LDTR: TI is 1");
	entry_rule(entry, TYPE(ldtr) == 2 && !S(ldtr) && PRESENT(ldtr), "LDTR: type, S or P");
	entry_rule(entry, !(ldtr->rights & RIGHTS_RESERVED), "LDTR: reserved bits");
	entry_rule(entry, granularity_ok(ldtr), "LDTR: granularity");
}

void entry_check_guest_segments(struct entry *entry)
{
	struct segments segments;

	segments_read(&segments, entry);
	check_bases(&segments);
	if (segments.v8086) {
		check_v8086(&segments);
	} else {
		check_rights(&segments);
		check_code_segment(&segments);
		check_stack_segment(&segments);
		check_data_segment(&segments, DS);
		check_data_segment(&segments, ES);
		check_data_segment(&segments, FS);
		check_data_segment(&segments, GS);
	}
	check_task_register(&segments);
	check_local_table(&segments);
}
