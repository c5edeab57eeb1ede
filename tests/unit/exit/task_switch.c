// SPDX-License-Identifier: GPL-2.0
/*
 * Task switches: what is saved, what is loaded, links and busy bits, and whose the faults are.
 */
#include <string.h>

#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "exit/table.h"
#include "test.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define GDT	0x4000u
#define OLD_TSS 0x5000u
#define NEW_TSS 0x5ff8u /* across two pages */

/* Selectors. */
#define CODE	  0x08u
#define DATA	  0x10u
#define CODE_USER 0x18u
#define DATA_USER 0x20u
#define OLD	  0x28u
#define NEW	  0x30u
#define LDT	  0x38u
#define ABSENT	  0x40u

enum { CALL, IRET, JMP, GATE };

static void descriptor_set(struct machine *m, u32 selector, u64 value)
{
	memcpy(m->ram + GDT + selector, &value, sizeof(value));
}

static u64 system_descriptor(u32 base, u32 limit, u32 type)
{
	return (limit & 0xffff) | (u64)(base & 0xffffff) << 16 | (u64)(0x80 | type) << 40 |
	       (u64)(base >> 24) << 56;
}

static u32 busy(struct machine *m, u32 selector)
{
	return m->ram[GDT + selector + 5] & 2;
}

static void put(struct machine *m, u32 at, u32 value)
{
	memcpy(m->ram + at, &value, sizeof(value));
}

static u32 get(const struct machine *m, u32 at)
{
	u32 value;

	memcpy(&value, m->ram + at, sizeof(value));
	return value;
}

/* A 32-bit TSS: flat segments of level 0. */
static void fill_tss(struct machine *m, u32 at)
{
	unsigned int i;

	memset(m->ram + at, 0, 104);
	put(m, at + 28, MACHINE_TABLES);
	put(m, at + 32, 0x1234);
	put(m, at + 36, 0x202);
	for (i = 0; i < 8; i++)
		put(m, at + 40 + 4 * i, 0x100 + i);
	put(m, at + 56, 0xa000); /* ESP */
	for (i = 0; i < 6; i++)
		put(m, at + 72 + 4 * i, i == 1 ? CODE : DATA);
	put(m, at + 96, LDT);
}

static struct machine *ready(void)
{
	struct machine *m = machine_create(MODE_PAGING32);
	struct kvm_segment tr = {
		.base = OLD_TSS, .limit = 103, .selector = OLD, .type = 11, .present = 1};
	struct kvm_segment cs;
	unsigned int i;

	memset(m->ram + GDT, 0, 0x100);
	descriptor_set(m, CODE, 0x00cf9b000000ffff);
	descriptor_set(m, DATA, 0x00cf93000000ffff);
	descriptor_set(m, CODE_USER, 0x00cffb000000ffff);
	descriptor_set(m, DATA_USER, 0x00cff3000000ffff);
	descriptor_set(m, OLD, system_descriptor(OLD_TSS, 103, 11));
	descriptor_set(m, NEW, system_descriptor(NEW_TSS, 103, 9));
	descriptor_set(m, LDT, system_descriptor(0x4800, 0xff, 2));
	descriptor_set(m, ABSENT, 0x00cf13000000ffff);
	vmcs_writel(GUEST_GDTR_BASE, GDT);
	vmcs_write32(GUEST_GDTR_LIMIT, 0xff);
	vcpu_seg_write(&m->vcpu, SEG_TR, &tr);
	vcpu_seg_read(&m->vcpu, SEG_CS, &cs);
	cs.selector = CODE;
	vcpu_seg_write(&m->vcpu, SEG_CS, &cs);
	for (i = 0; i < 8; i++)
		vcpu_reg_write(&m->vcpu, (enum vcpu_reg)i, 0x1000 + i);
	memset(m->ram + OLD_TSS, 0xee, 104);
	fill_tss(m, NEW_TSS);
	return m;
}

static enum exit_action switch_task(struct machine *m, u32 selector, u64 source)
{
	m->vcpu.exit.reason = EXIT_REASON_TASK_SWITCH;
	m->vcpu.exit.qualification = selector | source << 30;
	m->vcpu.exit.instruction_length = 7;
	vcpu_events_exit(&m->vcpu);
	return exit_task_switch(&m->vcpu);
}

static void expect_new_task(struct machine *m, u64 rflags)
{
	struct kvm_segment segment;
	unsigned int i;

	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0x1234);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), rflags);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, (enum vcpu_reg)i), i == 4 ? 0xa000 : 0x100 + i);
	vcpu_seg_read(&m->vcpu, SEG_TR, &segment);
	EXPECT_EQ(segment.selector, NEW);
	EXPECT_EQ(segment.base, NEW_TSS);
	EXPECT_EQ(segment.type, 11);
	vcpu_seg_read(&m->vcpu, SEG_LDTR, &segment);
	EXPECT_EQ(segment.selector, LDT);
	EXPECT_EQ(segment.base, 0x4800);
	vcpu_seg_read(&m->vcpu, SEG_GS, &segment);
	EXPECT_EQ(segment.selector, DATA);
	EXPECT_EQ(segment.limit, ~0u);
	EXPECT_TRUE(vcpu_cr0_read(&m->vcpu) & CR0_TS);
	EXPECT_TRUE(busy(m, NEW));
	EXPECT_FALSE(m->vcpu.events.exception.pending);
}

static void expect_saved(const struct machine *m, u32 eip, u32 eflags)
{
	unsigned int i;

	EXPECT_EQ(get(m, OLD_TSS + 28), 0xeeeeeeee);
	EXPECT_EQ(get(m, OLD_TSS + 32), eip);
	EXPECT_EQ(get(m, OLD_TSS + 36), eflags);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(get(m, OLD_TSS + 40 + 4 * i), 0x1000 + i);
	EXPECT_EQ(get(m, OLD_TSS + 76), CODE);
	EXPECT_EQ(get(m, OLD_TSS + 96), 0xeeeeeeee);
}

TEST(task_switch_call_and_return)
{
	struct machine *m = ready();

	EXPECT_EQ(switch_task(m, NEW, CALL), ACTION_SAME_INSN);
	expect_saved(m, MACHINE_CODE + 7, 2);
	expect_new_task(m, 0x202 | RFLAGS_NT);
	EXPECT_EQ(get(m, NEW_TSS) & 0xffff, OLD);
	EXPECT_TRUE(busy(m, OLD));

	/* IRET clears NT in what it saves, and leaves its task free */
	fill_tss(m, OLD_TSS);
	EXPECT_EQ(switch_task(m, OLD, IRET), ACTION_SAME_INSN);
	EXPECT_EQ(get(m, NEW_TSS + 36), 0x202);
	EXPECT_EQ(get(m, NEW_TSS + 32), 0x1234 + 7);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), 0x202);
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_TR), OLD);
	EXPECT_TRUE(busy(m, OLD));
	EXPECT_FALSE(busy(m, NEW));
	machine_destroy(m);
}

TEST(task_switch_jump)
{
	struct machine *m = ready();

	m->vcpu.dr7 = 0x7ff;
	EXPECT_EQ(switch_task(m, NEW, JMP), ACTION_SAME_INSN);
	expect_saved(m, MACHINE_CODE + 7, 2);
	expect_new_task(m, 0x202);
	EXPECT_FALSE(busy(m, OLD));
	EXPECT_EQ(get(m, NEW_TSS) & 0xffff, 0);
	EXPECT_EQ(m->vcpu.dr7, 0x6aa);
	machine_destroy(m);
}

/* #PF through a gate: EIP is that of the instruction, and the error code is on the new stack. */
TEST(task_switch_exception)
{
	struct machine *m = ready();

	put(m, NEW_TSS + 100, 1); /* T */
	m->vcpu.exit.idt_vectoring_info = 0x80000b0e;
	m->vcpu.exit.idt_vectoring_error = 6;
	EXPECT_EQ(switch_task(m, NEW, GATE), ACTION_SAME_INSN);
	expect_saved(m, MACHINE_CODE, 2);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RSP), 0xa000 - 4);
	EXPECT_EQ(get(m, 0xa000 - 4), 6);
	EXPECT_FALSE(m->vcpu.events.exception.injected);
	EXPECT_TRUE(m->vcpu.events.exception.pending);
	EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_DB);
	EXPECT_EQ(m->vcpu.events.exception.payload, DR6_BT);
	machine_destroy(m);
}

/* INT n saves the address behind it; an NMI blocks further ones until IRET. */
TEST(task_switch_interrupt_and_nmi)
{
	struct machine *m = ready();

	m->vcpu.exit.idt_vectoring_info = 0x80000480;
	EXPECT_EQ(switch_task(m, NEW, GATE), ACTION_SAME_INSN);
	expect_saved(m, MACHINE_CODE + 7, 2);
	EXPECT_FALSE(m->vcpu.events.interrupt.injected);
	machine_destroy(m);

	m = ready();
	m->vcpu.exit.idt_vectoring_info = 0x80000202;
	EXPECT_EQ(switch_task(m, NEW, GATE), ACTION_SAME_INSN);
	expect_saved(m, MACHINE_CODE, 2);
	EXPECT_FALSE(m->vcpu.events.nmi.injected);
	EXPECT_TRUE(vcpu_nmi_masked(&m->vcpu));
	fill_tss(m, OLD_TSS);
	m->vcpu.exit.idt_vectoring_info = 0;
	EXPECT_EQ(switch_task(m, OLD, IRET), ACTION_SAME_INSN);
	EXPECT_FALSE(vcpu_nmi_masked(&m->vcpu));
	machine_destroy(m);
}

TEST(task_switch_16_bit)
{
	struct machine *m = ready();
	u16 image[22] = {[7] = 0x4321, [8] = 0x0206};
	unsigned int i;

	for (i = 0; i < 8; i++)
		image[9 + i] = (u16)(0x9000 + i);
	image[17] = image[19] = image[20] = DATA;
	image[18] = CODE;
	memcpy(m->ram + NEW_TSS, image, sizeof(image));
	descriptor_set(m, NEW, system_descriptor(NEW_TSS, 43, 1));
	EXPECT_EQ(switch_task(m, NEW, CALL), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0x4321);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), 0x0206 | RFLAGS_NT);
	EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RDI), 0x9007);
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_DS), DATA);
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_FS), 0);

	/* and back to the 32-bit one: 16 bits are saved */
	fill_tss(m, OLD_TSS);
	EXPECT_EQ(switch_task(m, OLD, IRET), ACTION_SAME_INSN);
	EXPECT_EQ(get(m, NEW_TSS + 14), 0x02064321 + 7);
	EXPECT_EQ(get(m, NEW_TSS + 32) & 0xffff, 0x9007);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), 0x1234);
	machine_destroy(m);
}

TEST(task_switch_to_virtual_8086)
{
	struct machine *m = ready();
	struct kvm_segment segment;

	put(m, NEW_TSS + 36, 0x20002);
	put(m, NEW_TSS + 76, 0x4200);
	put(m, NEW_TSS + 84, 0x1234);
	EXPECT_EQ(switch_task(m, NEW, JMP), ACTION_SAME_INSN);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	vcpu_seg_read(&m->vcpu, SEG_CS, &segment);
	EXPECT_EQ(segment.base, 0x42000);
	EXPECT_EQ(segment.limit, 0xffff);
	EXPECT_EQ(segment.dpl, 3);
	vcpu_seg_read(&m->vcpu, SEG_DS, &segment);
	EXPECT_EQ(segment.base, 0x12340);
	EXPECT_EQ(vcpu_cpl(&m->vcpu), 3);
	machine_destroy(m);
}

/* What is wrong, and the exception: in the old task, or in the new one. */
struct fault_row {
	u32 at, value; /* in the new TSS, or a descriptor's upper half (from GDT on) */
	u32 selector, source;
	u32 vectoring;
	u8 vector;
	u32 error;
	bool in_new_task;
};

TEST(task_switch_faults)
{
	static const struct fault_row rows[] = {
		{0, 0, 0x100, CALL, 0, VECTOR_GP, 0x100, false},
		{0, 0, NEW | 4, CALL, 0, VECTOR_GP, NEW | 4, false},
		{0, 0, DATA, CALL, 0, VECTOR_GP, DATA, false},
		{0, 0, OLD, CALL, 0, VECTOR_GP, OLD, false},
		{0, 0, NEW, IRET, 0, VECTOR_TS, NEW, false},
		{GDT + NEW + 4, 0x00000900, NEW, CALL, 0, VECTOR_NP, NEW, false},
		{GDT + NEW, 0x5ff80066, NEW, CALL, 0, VECTOR_TS, NEW, false},
		{GDT + NEW + 4, 0x01008900, NEW, CALL, 0, VECTOR_PF, PF_WRITE, false},
		{NEW_TSS + 96, DATA, NEW, CALL, 0, VECTOR_TS, DATA, true},
		{NEW_TSS + 76, 0, NEW, CALL, 0, VECTOR_TS, 0, true},
		{NEW_TSS + 76, DATA, NEW, CALL, 0, VECTOR_TS, DATA, true},
		{NEW_TSS + 76, CODE_USER, NEW, CALL, 0, VECTOR_TS, CODE_USER, true},
		{NEW_TSS + 80, CODE, NEW, CALL, 0, VECTOR_TS, CODE, true},
		{NEW_TSS + 80, DATA_USER | 3, NEW, CALL, 0, VECTOR_TS, DATA_USER, true},
		{NEW_TSS + 80, ABSENT, NEW, CALL, 0, VECTOR_SS, ABSENT, true},
		{NEW_TSS + 88, ABSENT, NEW, CALL, 0, VECTOR_NP, ABSENT, true},
		/* an interrupt's: the EXT bit */
		{NEW_TSS + 88, ABSENT, NEW, GATE, 0x80000020, VECTOR_NP, ABSENT | 1, true},
		{NEW_TSS + 88, ABSENT, NEW, GATE, 0x80000420, VECTOR_NP, ABSENT, true},
		/* the stack for the error code */
		{NEW_TSS + 56, 0x02000000, NEW, GATE, 0x80000b0d, VECTOR_PF, PF_WRITE, true},
	};
	size_t i;

	for (i = 0; i < COUNT_OF(rows); i++) {
		const struct fault_row *row = &rows[i];
		struct machine *m = ready();

		test_context("row %zu", i);
		if (row->at)
			put(m, row->at, row->value);
		m->vcpu.exit.idt_vectoring_info = row->vectoring;
		EXPECT_EQ(switch_task(m, row->selector, row->source), ACTION_SAME_INSN);
		EXPECT_TRUE(m->vcpu.events.exception.pending);
		EXPECT_EQ(m->vcpu.events.exception.vector, row->vector);
		EXPECT_EQ(m->vcpu.events.exception.error, row->error);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), row->in_new_task ? 0x1234 : MACHINE_CODE);
		EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_TR), row->in_new_task ? NEW : OLD);
		if (!row->in_new_task)
			EXPECT_EQ(get(m, OLD_TSS + 32), 0xeeeeeeee);
		EXPECT_FALSE(m->vcpu.events.interrupt.injected || m->vcpu.events.soft.injected ||
			     m->vcpu.events.nmi.injected || m->vcpu.events.exception.injected);
		machine_destroy(m);
	}
}

/* The processor's own accesses are a supervisor's, and under SMAP no flag opens a user's page to
 * them: the GDT, the old TSS, and the second page of the new one. */
TEST(task_switch_under_smap)
{
	static const struct {
		u64 user_page; /* 0: none */
		u32 error;
		u64 cr2;
	} rows[] = {
		{0x4000, PF_PRESENT, GDT + NEW},
		{0x5000, PF_PRESENT | PF_WRITE, OLD_TSS},
		{0x6000, PF_PRESENT | PF_WRITE, 0x6000},
		{0, 0, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready();
		bool faults = rows[i].user_page;

		test_context("page 0x%llx", (unsigned long long)rows[i].user_page);
		for (u64 at = 0x4000; at <= 0x6000; at += LINTEL_PAGE_SIZE)
			machine_map(m, at, at, at == rows[i].user_page ? 7 : 3);
		machine_set_cr4(m, m->vcpu.cr4 | CR4_SMAP);
		vcpu_rflags_write(&m->vcpu, RFLAGS_FIXED | RFLAGS_AC);
		EXPECT_EQ(switch_task(m, NEW, CALL), ACTION_SAME_INSN);
		EXPECT_EQ(m->vcpu.events.exception.pending, faults);
		EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_TR), faults ? OLD : NEW);
		if (faults) {
			EXPECT_EQ(m->vcpu.events.exception.vector, VECTOR_PF);
			EXPECT_EQ(m->vcpu.events.exception.error, rows[i].error);
			EXPECT_EQ(m->vcpu.events.exception.payload, rows[i].cr2);
		}
		machine_destroy(m);
	}
}

/* The fault takes the place of what came through the gate; what waits beside it, waits on. */
TEST(task_switch_faults_use_up_the_event)
{
	static const u32 events[] = {0x80000020, 0x80000480, 0x80000202, 0x80000306};
	size_t i;

	for (i = 0; i < COUNT_OF(events); i++) {
		struct machine *m = ready();
		struct vcpu *vcpu = &m->vcpu;
		bool waits = i == 3;

		test_context("event 0x%x", events[i]);
		vcpu->events.interrupt.injected = waits;
		vcpu->events.interrupt.vector = 0x41;
		put(m, GDT + NEW + 4, 0x00000900); /* not present */
		vcpu->exit.idt_vectoring_info = events[i];
		EXPECT_EQ(switch_task(m, NEW, GATE), ACTION_SAME_INSN);
		EXPECT_TRUE(vcpu->events.exception.pending);
		EXPECT_EQ(vcpu->events.exception.vector, VECTOR_NP);
		EXPECT_EQ(vcpu->events.interrupt.injected, waits);
		EXPECT_FALSE(vcpu->events.soft.injected || vcpu->events.nmi.injected);
		EXPECT_EQ(vcpu_nmi_masked(vcpu), i == 2);
		machine_destroy(m);
	}
}
