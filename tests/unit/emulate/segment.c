// SPDX-License-Identifier: GPL-2.0
/*
 * Segmentation: what is checked in which mode, and which exception it is.
 */
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "test.h"
#include "vcpu/state.h"

struct row {
	const char *what;
	enum machine_mode mode;
	enum vcpu_seg seg;
	struct kvm_segment segment;
	u64 offset;
	unsigned int size;
	bool write;
	u8 vector;  /* 0: none */
	u64 linear; /* then */
};

#define SEGMENT(base_, limit_, type_, db_)                                                         \
	{                                                                                          \
		.base = base_, .limit = limit_, .type = type_, .present = 1, .s = 1, .db = db_     \
	}
#define NULL_SEGMENT                                                                               \
	{                                                                                          \
		.unusable = 1                                                                      \
	}

static const struct row rows[] = {
	{"limit, last byte", MODE_PROTECTED32, SEG_DS, SEGMENT(0x10000, 0xff, 3, 1), 0xfc, 4, false,
	 0, 0x100fc},
	{"limit, one too far", MODE_PROTECTED32, SEG_DS, SEGMENT(0x10000, 0xff, 3, 1), 0xfd, 4,
	 false, VECTOR_GP, 0},
	{"limit of SS", MODE_PROTECTED32, SEG_SS, SEGMENT(0x10000, 0xff, 3, 1), 0xfd, 4, false,
	 VECTOR_SS, 0},
	{"flat", MODE_PROTECTED32, SEG_ES, SEGMENT(0, ~0u, 3, 1), 0xfffffffc, 4, true, 0,
	 0xfffffffc},
	{"across 4 GiB", MODE_PROTECTED32, SEG_ES, SEGMENT(0, ~0u, 3, 1), 0xfffffffd, 4, true,
	 VECTOR_GP, 0},
	{"base wraps", MODE_PROTECTED32, SEG_ES, SEGMENT(0xfffff000, ~0u, 3, 1), 0x2000, 4, true, 0,
	 0x1000},
	{"read-only, read", MODE_PROTECTED32, SEG_DS, SEGMENT(0, ~0u, 1, 1), 0, 4, false, 0, 0},
	{"read-only, written", MODE_PROTECTED32, SEG_DS, SEGMENT(0, ~0u, 1, 1), 0, 4, true,
	 VECTOR_GP, 0},
	{"code, read", MODE_PROTECTED32, SEG_CS, SEGMENT(0, ~0u, 11, 1), 0, 4, false, 0, 0},
	{"code, written", MODE_PROTECTED32, SEG_CS, SEGMENT(0, ~0u, 11, 1), 0, 4, true, VECTOR_GP,
	 0},
	{"execute-only", MODE_PROTECTED32, SEG_CS, SEGMENT(0, ~0u, 9, 1), 0, 4, false, VECTOR_GP,
	 0},
	{"null", MODE_PROTECTED32, SEG_FS, NULL_SEGMENT, 0, 4, false, VECTOR_GP, 0},
	{"expand-down, inside", MODE_PROTECTED32, SEG_DS, SEGMENT(0, 0xfff, 7, 1), 0x1000, 4, true,
	 0, 0x1000},
	{"expand-down, below", MODE_PROTECTED32, SEG_DS, SEGMENT(0, 0xfff, 7, 1), 0xfff, 4, true,
	 VECTOR_GP, 0},
	{"expand-down, 16-bit top", MODE_PROTECTED32, SEG_DS, SEGMENT(0, 0xfff, 7, 0), 0xfffd, 4,
	 true, VECTOR_GP, 0},
	{"expand-down, 16-bit", MODE_PROTECTED32, SEG_DS, SEGMENT(0, 0xfff, 7, 0), 0xfffc, 4, true,
	 0, 0xfffc},
	{"conforming code is not expand-down", MODE_PROTECTED32, SEG_CS, SEGMENT(0, 0xfff, 15, 1),
	 0x100, 4, false, 0, 0x100},
	{"compatibility mode", MODE_COMPATIBILITY, SEG_DS, SEGMENT(0x10000, 0xff, 3, 1), 0x100, 1,
	 false, VECTOR_GP, 0},
	{"real mode, limit", MODE_REAL, SEG_DS, SEGMENT(0x12340, 0xffff, 3, 1), 0xfffe, 4, false,
	 VECTOR_GP, 0},
	{"real mode, types don't count", MODE_REAL, SEG_CS, SEGMENT(0x12340, 0xffff, 11, 1), 0x10,
	 4, true, 0, 0x12350},
	{"big real mode", MODE_REAL, SEG_DS, SEGMENT(0, ~0u, 3, 1), 0xfee00000, 4, true, 0,
	 0xfee00000},
	/* 64-bit mode knows no limits, and no bases but those of FS and GS */
	{"64-bit, DS base", MODE_LONG, SEG_DS, SEGMENT(0x10000, 0xff, 3, 1), 0x123456789a, 8, true,
	 0, 0x123456789a},
	{"64-bit, FS base", MODE_LONG, SEG_FS, SEGMENT(0x10000, 0, 3, 1), 0x123456789a, 8, true, 0,
	 0x123457789a},
	{"64-bit, null", MODE_LONG, SEG_DS, NULL_SEGMENT, 0x1000, 8, true, 0, 0x1000},
	{"canonical, top of low half", MODE_LONG, SEG_DS, SEGMENT(0, 0, 3, 1), 0x7ffffffffff8, 8,
	 true, 0, 0x7ffffffffff8},
	{"not canonical, last byte", MODE_LONG, SEG_DS, SEGMENT(0, 0, 3, 1), 0x7ffffffffff9, 8,
	 true, VECTOR_GP, 0},
	{"not canonical, SS", MODE_LONG, SEG_SS, SEGMENT(0, 0, 3, 1), 0x800000000000, 8, true,
	 VECTOR_SS, 0},
	{"high half", MODE_LONG, SEG_DS, SEGMENT(0, 0, 3, 1), 0xffff800000000000, 8, true, 0,
	 0xffff800000000000},
	{"below high half", MODE_LONG, SEG_DS, SEGMENT(0, 0, 3, 1), 0xffff7ffffffffff8, 8, true,
	 VECTOR_GP, 0},
	{"57 bits", MODE_LONG57, SEG_DS, SEGMENT(0, 0, 3, 1), 0x800000000000, 8, true, 0,
	 0x800000000000},
	{"57 bits, not canonical", MODE_LONG57, SEG_DS, SEGMENT(0, 0, 3, 1), 1ull << 56, 8, true,
	 VECTOR_GP, 0},
};

TEST(segment_checks)
{
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		const struct row *row = &rows[i];
		struct machine *m = machine_create(row->mode);
		struct kvm_segment segment = row->segment;
		gva_t linear = 0;

		/* the mode's own code segment decides the mode: keep its L and D */
		if (row->seg == SEG_CS && row->mode != MODE_REAL)
			segment.db = 1;
		vcpu_seg_write(&m->vcpu, row->seg, &segment);
		test_context("%s", row->what);
		EXPECT_EQ(segment_linear(&m->vcpu, row->seg, row->offset, row->size, row->write,
					 &linear),
			  row->vector);
		if (!row->vector)
			EXPECT_EQ(linear, row->linear);
		machine_destroy(m);
	}
}

TEST(segment_virtual_8086)
{
	struct machine *m = machine_create(MODE_PAGING32);
	struct kvm_segment segment = {
		.base = 0x12340, .limit = 0xffff, .type = 1, .present = 1, .s = 1, .dpl = 3};
	gva_t linear;

	/* without VM the segment could not be written */
	vcpu_seg_write(&m->vcpu, SEG_DS, &segment);
	EXPECT_EQ(segment_linear(&m->vcpu, SEG_DS, 0x10, 2, true, &linear), VECTOR_GP);
	vcpu_rflags_write(&m->vcpu, RFLAGS_VM);
	EXPECT_EQ(segment_linear(&m->vcpu, SEG_DS, 0x10, 2, true, &linear), 0);
	EXPECT_EQ(linear, 0x12350);
	EXPECT_EQ(segment_linear(&m->vcpu, SEG_DS, 0xffff, 2, true, &linear), VECTOR_GP);
	machine_destroy(m);
}
