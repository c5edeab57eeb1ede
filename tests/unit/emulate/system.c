// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions whose operand in a device goes to, or comes from, something else than a general
 * register; those with more than 8 bytes; branches through a device, and stacks in one.
 */
#include <stdio.h>
#include <string.h>

#include "emulate/descriptor.h"
#include "emulate/emulate.h"
#include "emulate/machine.h"
#include "emulate/operation.h"
#include "facts/exit_reason.h"
#include "test.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define DEVICE MACHINE_DEVICE
#define GDT    0x4000u

/* Selectors. */
#define CODE   0x08u
#define DATA   0x10u
#define TSS    0x18u /* 16 bytes */
#define LDT    0x28u /* 16 bytes */
#define ABSENT 0x38u
#define GATE   0x40u
#define BASED  0x48u /* data, its base with bits in each of its parts */

static u8 device[64]; /* from DEVICE on */

static void descriptor_set(struct machine *m, u32 selector, u64 value)
{
	memcpy(m->ram + GDT + selector, &value, sizeof(value));
}

static struct machine *ready(enum machine_mode mode)
{
	struct machine *m = machine_create(mode);
	unsigned int i;

	memset(m->ram + GDT, 0, 0x100);
	descriptor_set(m, CODE, mode == MODE_LONG ? 0x00af9b000000ffff : 0x00cf9b000000ffff);
	descriptor_set(m, DATA, 0x00cf92000000ffff); /* not accessed yet */
	descriptor_set(m, TSS, 0x0000890050000067);
	descriptor_set(m, LDT, 0x00008200600000ff);
	descriptor_set(m, ABSENT, 0x00cf13000000ffff);
	descriptor_set(m, GATE, 0x00008c0000080000);
	descriptor_set(m, BASED, 0x894793abcdee0fff);
	vmcs_writel(GUEST_GDTR_BASE, GDT);
	vmcs_write32(GUEST_GDTR_LIMIT, 0xff);
	vcpu_reg_write(&m->vcpu, REG_RBX, DEVICE);
	for (i = 0; i < sizeof(device); i++)
		device[i] = (u8)(0x10 + i);
	return m;
}

/* User space whose device is memory; gives how it ended. */
static enum exit_action run(struct machine *m, const char *hex)
{
	struct kvm_run *run = m->vcpu.run;
	enum exit_action action;
	unsigned int count = 0, byte;
	u8 code[16];
	int used;

	while (count < sizeof(code) && sscanf(hex, " %2x%n", &byte, &used) == 1) {
		code[count++] = (u8)byte;
		hex += used;
	}
	machine_set_code(m, code, count);
	m->vcpu.events.exception.pending = false;
	m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_EPT_VIOLATION,
					  .qualification = 0x183,
					  .gpa = DEVICE,
					  .gla = DEVICE};
	action = emulate_mmio(&m->vcpu, DEVICE);
	while (action == ACTION_TO_USER && run->exit_reason == KVM_EXIT_MMIO) {
		u8 *at = device + (run->mmio.phys_addr - DEVICE);

		if (!EXPECT_TRUE(run->mmio.phys_addr - DEVICE + run->mmio.len <= sizeof(device)))
			return ACTION_BROKEN;
		if (run->mmio.is_write)
			memcpy(at, run->mmio.data, run->mmio.len);
		else
			memcpy(run->mmio.data, at, run->mmio.len);
		action = m->vcpu.complete(&m->vcpu);
	}
	return action;
}

static u64 device_value(unsigned int offset, unsigned int size)
{
	u64 value = 0;

	memcpy(&value, device + offset, size);
	return value;
}

static void device_put(unsigned int offset, u64 value, unsigned int size)
{
	memcpy(device + offset, &value, size);
}

static void expect_fault(struct machine *m, const char *code, u8 vector, u32 error)
{
	test_context("%s", code);
	EXPECT_EQ(run(m, code), ACTION_SAME_INSN);
	EXPECT_TRUE(m->vcpu.events.exception.pending);
	EXPECT_EQ(m->vcpu.events.exception.vector, vector);
	EXPECT_EQ(m->vcpu.events.exception.error, error);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
}

static void expect_done(struct machine *m, const char *code, u64 rip)
{
	test_context("%s", code);
	EXPECT_EQ(run(m, code), ACTION_SAME_INSN);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), rip);
}

#define REG(m, name) vcpu_reg_read(&(m)->vcpu, REG_##name)

TEST(system_tables)
{
	struct machine *m = ready(MODE_LONG);

	vmcs_writel(GUEST_IDTR_BASE, 0xffff812345678000);
	vmcs_write32(GUEST_IDTR_LIMIT, 0xfff);
	expect_done(m, "0f 01 4b 05", MACHINE_CODE + 4); /* SIDT [RBX+5] */
	EXPECT_EQ(device_value(5, 2), 0xfff);
	EXPECT_EQ(device_value(7, 8), 0xffff812345678000);
	device_put(5, 0x7f, 2);
	expect_done(m, "0f 01 53 05", MACHINE_CODE + 4); /* LGDT */
	EXPECT_EQ(vmcs_readl(GUEST_GDTR_BASE), 0xffff812345678000);
	EXPECT_EQ(vmcs_read32(GUEST_GDTR_LIMIT), 0x7f);
	device_put(7, 1ull << 60, 8);
	expect_fault(m, "0f 01 5b 05", VECTOR_GP, 0); /* LIDT */
	EXPECT_EQ(vmcs_read32(GUEST_IDTR_LIMIT), 0xfff);
	machine_destroy(m);
}

TEST(system_segments)
{
	struct machine *m = ready(MODE_LONG);
	struct kvm_segment segment;

	device_put(0, DATA, 2);
	expect_done(m, "8e 23", MACHINE_CODE + 2); /* MOV FS */
	vcpu_seg_read(&m->vcpu, SEG_FS, &segment);
	EXPECT_EQ(segment.selector, DATA);
	EXPECT_EQ(segment.limit, 0xffffffff);
	EXPECT_EQ(m->ram[GDT + DATA + 5] & 1, 1);
	expect_done(m, "8c 63 02", MACHINE_CODE + 3); /* and back */
	EXPECT_EQ(device_value(2, 4), 0x15140010);
	expect_done(m, "8e 13", MACHINE_CODE + 2); /* MOV SS */
	EXPECT_EQ(vcpu_interrupt_shadow(&m->vcpu), BLOCKING_BY_MOV_SS);
	device_put(14, DATA, 2);
	expect_done(m, "48 0f b4 4b 06", MACHINE_CODE + 5); /* LFS RCX: ends the shadow */
	EXPECT_EQ(REG(m, RCX), device_value(6, 8));
	EXPECT_EQ(vcpu_interrupt_shadow(&m->vcpu), 0);

	device_put(0, BASED, 2);
	expect_done(m, "8e 23", MACHINE_CODE + 2); /* MOV FS */
	vcpu_seg_read(&m->vcpu, SEG_FS, &segment);
	EXPECT_EQ(segment.base, 0x89abcdee);
	EXPECT_EQ(segment.limit, 0x70fff);
	EXPECT_EQ(segment.g, 0);

	device_put(0, CODE, 2);
	expect_fault(m, "8e 13", VECTOR_GP, CODE);
	device_put(0, DATA | 3, 2);
	expect_fault(m, "8e 13", VECTOR_GP, DATA);
	device_put(0, 3, 2);
	expect_fault(m, "8e 13", VECTOR_GP, 0);
	device_put(0, ABSENT, 2);
	expect_fault(m, "8e 13", VECTOR_SS, ABSENT);
	expect_fault(m, "8e 2b", VECTOR_NP, ABSENT);
	device_put(0, 0x100, 2);
	expect_fault(m, "8e 2b", VECTOR_GP, 0x100);
	device_put(0, 4, 2);
	expect_fault(m, "8e 2b", VECTOR_GP, 4);
	machine_destroy(m);
}

/* "Privilege Level Checking When Accessing Data Segments": CPL and RPL, each, against the DPL. */
TEST(system_segment_privileges)
{
	enum { READABLE = 10, CONFORMING = 14, WRITABLE = 2 };
	static const struct {
		unsigned int type, cpl, rpl, dpl;
		bool allowed;
	} rows[] = {
		{WRITABLE, 0, 0, 0, true},   {WRITABLE, 0, 3, 0, false}, {WRITABLE, 3, 0, 0, false},
		{WRITABLE, 3, 3, 0, false},  {WRITABLE, 0, 0, 3, true},	 {WRITABLE, 3, 3, 3, true},
		{WRITABLE, 1, 2, 2, true},   {WRITABLE, 2, 1, 1, false}, {WRITABLE, 1, 2, 1, false},
		{READABLE, 0, 3, 0, false},  {READABLE, 3, 0, 0, false}, {READABLE, 3, 3, 3, true},
		{CONFORMING, 3, 3, 0, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(MODE_PROTECTED32);

		descriptor_set(m, DATA,
			       0x00cf90000000ffff | (u64)rows[i].type << 40 |
				       (u64)rows[i].dpl << 45);
		machine_set_cpl(m, rows[i].cpl);
		device_put(0, DATA | rows[i].rpl, 2);
		test_context("row %zu", i);
		EXPECT_EQ(run(m, "8e 23"), ACTION_SAME_INSN); /* MOV FS */
		EXPECT_EQ(m->vcpu.events.exception.pending, !rows[i].allowed);
		EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_FS),
			  rows[i].allowed ? DATA | rows[i].rpl : 0);
		machine_destroy(m);
	}
}

TEST(system_ldtr_and_tr)
{
	struct machine *m = ready(MODE_LONG);
	struct kvm_segment segment;

	descriptor_set(m, TSS + 8, 0xffff8123);
	device_put(0, TSS, 2);
	expect_done(m, "0f 00 1b", MACHINE_CODE + 3); /* LTR */
	vcpu_seg_read(&m->vcpu, SEG_TR, &segment);
	EXPECT_EQ(segment.base, 0xffff812300005000);
	EXPECT_EQ(segment.type, 11);
	EXPECT_EQ(m->ram[GDT + TSS + 5], 0x8b);
	expect_fault(m, "0f 00 1b", VECTOR_GP, TSS);	 /* it is busy now */
	expect_done(m, "0f 00 4b 04", MACHINE_CODE + 4); /* STR */
	EXPECT_EQ(device_value(4, 2), TSS);
	device_put(0, LDT, 2);
	expect_done(m, "0f 00 13", MACHINE_CODE + 3); /* LLDT */
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_LDTR), LDT);
	device_put(0, 0, 2);
	expect_done(m, "0f 00 13", MACHINE_CODE + 3);
	vcpu_seg_read(&m->vcpu, SEG_LDTR, &segment);
	EXPECT_TRUE(segment.unusable);
	expect_fault(m, "0f 00 1b", VECTOR_GP, 0);
	machine_destroy(m);
}

TEST(system_machine_status_word)
{
	struct machine *m = ready(MODE_LONG);

	expect_done(m, "0f 01 23", MACHINE_CODE + 3); /* SMSW */
	EXPECT_EQ(device_value(0, 4), 0x13120000 | (vcpu_cr0_read(&m->vcpu) & 0xffff));
	device_put(0, 0x000e, 2);
	expect_done(m, "0f 01 33", MACHINE_CODE + 3); /* LMSW: PE stays */
	EXPECT_EQ(vcpu_cr0_read(&m->vcpu) & 0xf, CR0_PE | CR0_MP | CR0_EM | CR0_TS);
	machine_destroy(m);
}

TEST(system_far_branches)
{
	struct machine *m = ready(MODE_LONG);

	device_put(0, 0x2345, 8);
	device_put(8, CODE, 2);
	expect_done(m, "48 ff 2b", 0x2345); /* JMP m16:64 */
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_CS), CODE);
	expect_done(m, "48 ff 1b", 0x2345); /* CALL */
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK - 16);
	EXPECT_EQ(m->ram[MACHINE_STACK - 16], 3);
	EXPECT_EQ(m->ram[MACHINE_STACK - 8], CODE);
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE);
	expect_done(m, "48 ca 08 00", 0x2345); /* RET 8 */
	EXPECT_EQ(REG(m, RSP), DEVICE + 24);

	device_put(0, 1ull << 60, 8);
	expect_fault(m, "48 ff 2b", VECTOR_GP, 0);
	device_put(8, DATA, 2);
	expect_fault(m, "48 ff 2b", VECTOR_GP, DATA);
	device_put(8, 0, 2);
	expect_fault(m, "48 ff 1b", VECTOR_GP, 0);
	/* a gate is not followed */
	device_put(8, GATE, 2);
	EXPECT_EQ(run(m, "48 ff 1b"), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
	machine_destroy(m);

	/* in real mode any selector will do */
	m = ready(MODE_REAL);
	vcpu_reg_write(&m->vcpu, REG_RDI, 0);
	{
		struct kvm_segment es = {
			.base = DEVICE, .limit = 0xffff, .type = 3, .present = 1, .s = 1};

		vcpu_seg_write(&m->vcpu, SEG_ES, &es);
	}
	device_put(0, 0x12345678, 4);
	expect_done(m, "26 ff 2d", 0x5678);
	EXPECT_EQ(vcpu_seg_base(&m->vcpu, SEG_CS), 0x12340);
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_CS), 0x1234);
	machine_destroy(m);
}

/* A stack in the device: 32 bytes at once, and what is skipped. */
TEST(system_push_all)
{
	struct machine *m = ready(MODE_PROTECTED32);
	unsigned int i;

	for (i = 0; i < 8; i++)
		vcpu_reg_write(&m->vcpu, (enum vcpu_reg)i, 0x11111100 + i);
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE + 0x28);
	expect_done(m, "60", MACHINE_CODE + 1);
	EXPECT_EQ(REG(m, RSP), DEVICE + 8);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(device_value(8 + 4 * i, 4), i == 3 ? DEVICE + 0x28 : 0x11111107 - i);
	for (i = 0; i < 8; i++)
		device_put(8 + 4 * i, 0x22222200 + i, 4);
	expect_done(m, "61", MACHINE_CODE + 1);
	for (i = 0; i < 8; i++)
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, (enum vcpu_reg)i),
			  i == 4 ? DEVICE + 0x28 : 0x22222207 - i);
	machine_destroy(m);
}

TEST(system_flags)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE + 8);
	vcpu_rflags_write(&m->vcpu, RFLAGS_IF | RFLAGS_IOPL | RFLAGS_RF);
	expect_done(m, "9c", MACHINE_CODE + 1); /* PUSHF */
	EXPECT_EQ(device_value(0, 8), 2 | RFLAGS_IF | RFLAGS_IOPL);
	device_put(0, RFLAGS_TF | RFLAGS_VM | RFLAGS_AC, 8);
	expect_done(m, "9d", MACHINE_CODE + 1); /* POPF: no trap yet */
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), 2 | RFLAGS_TF | RFLAGS_AC);
	vcpu_rflags_write(&m->vcpu, RFLAGS_IF);
	machine_set_cpl(m, 3);
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE);
	device_put(0, RFLAGS_IOPL | RFLAGS_DF, 8);
	expect_done(m, "9d", MACHINE_CODE + 1);
	EXPECT_EQ(vcpu_rflags_read(&m->vcpu), 2 | RFLAGS_IF | RFLAGS_DF);
	machine_destroy(m);
}

TEST(system_compare_exchange_16)
{
	struct machine *m = ready(MODE_LONG);
	u64 low = device_value(0, 8), high = device_value(8, 8);

	vcpu_reg_write(&m->vcpu, REG_RSI, DEVICE);
	vcpu_reg_write(&m->vcpu, REG_RBX, 1);
	vcpu_reg_write(&m->vcpu, REG_RCX, 2);
	expect_done(m, "f0 48 0f c7 0e", MACHINE_CODE + 5);
	EXPECT_EQ(REG(m, RAX), low);
	EXPECT_EQ(REG(m, RDX), high);
	EXPECT_FALSE(vcpu_rflags_read(&m->vcpu) & RFLAGS_ZF);
	EXPECT_EQ(device_value(0, 8), low);
	expect_done(m, "f0 48 0f c7 0e", MACHINE_CODE + 5);
	EXPECT_TRUE(vcpu_rflags_read(&m->vcpu) & RFLAGS_ZF);
	EXPECT_EQ(device_value(0, 8), 1);
	EXPECT_EQ(device_value(8, 8), 2);
	/* CMPXCHG16B has to be aligned, CMPXCHG8B not. */
	expect_fault(m, "f0 48 0f c7 4e 08", VECTOR_GP, 0);
	expect_done(m, "0f c7 4e 03", MACHINE_CODE + 4);
	machine_destroy(m);
}

static u64 fxsave_value(struct machine *m, unsigned int offset)
{
	static u8 area[512] __attribute__((aligned(16)));
	u64 value;

	host_fpu_read_registers(&m->vcpu, area);
	memcpy(&value, area + offset, sizeof(value));
	return value;
}

#define XMM(n) (160 + 16 * (n))
#define MM(n)  (32 + 16 * (n))

TEST(system_vector_registers)
{
	struct machine *m = ready(MODE_LONG);
	u64 low = device_value(0, 8), high = device_value(8, 8);

	expect_done(m, "44 0f 28 0b", MACHINE_CODE + 4); /* MOVAPS XMM9 */
	EXPECT_EQ(fxsave_value(m, XMM(9)), low);
	EXPECT_EQ(fxsave_value(m, XMM(9) + 8), high);
	expect_done(m, "44 0f 16 0b", MACHINE_CODE + 4); /* MOVHPS: the other half stays */
	EXPECT_EQ(fxsave_value(m, XMM(9)), low);
	EXPECT_EQ(fxsave_value(m, XMM(9) + 8), low);
	expect_done(m, "f3 44 0f 10 0b", MACHINE_CODE + 5); /* MOVSS: the rest is 0 */
	EXPECT_EQ(fxsave_value(m, XMM(9)), (u32)low);
	EXPECT_EQ(fxsave_value(m, XMM(9) + 8), 0);
	expect_done(m, "f3 44 0f 7f 4b 13", MACHINE_CODE + 6); /* MOVDQU to 19 */
	EXPECT_EQ(device_value(19, 8), (u32)low);
	EXPECT_EQ(device_value(27, 8), 0);
	expect_fault(m, "66 44 0f 7f 4b 08", VECTOR_GP, 0); /* MOVDQA, not aligned */
	expect_done(m, "0f 6f 1b", MACHINE_CODE + 3);	    /* MOVQ MM3 */
	EXPECT_EQ(fxsave_value(m, MM(3)), low);
	EXPECT_EQ((u16)fxsave_value(m, MM(3) + 8), 0xffff);
	EXPECT_EQ((u8)fxsave_value(m, 4), 0xff);
	expect_done(m, "0f 7f 5b 20", MACHINE_CODE + 4);
	EXPECT_EQ(device_value(32, 8), low);
	expect_done(m, "d9 7b 30", MACHINE_CODE + 3); /* FNSTCW */
	EXPECT_EQ(device_value(48, 2), 0x37f);
	machine_destroy(m);
}

static void set_x87_top(struct machine *m, unsigned int top)
{
	u8 area[512] __attribute__((aligned(16)));
	u16 status = (u16)(top << 11);

	host_fpu_read_registers(&m->vcpu, area);
	for (unsigned int i = 0; i < 8; i++)
		memset(area + MM(i), (int)(0x10 + i), 10);
	memcpy(area + 2, &status, 2);
	area[4] = 0;
	host_fpu_write_registers(&m->vcpu, area);
}

/* FXSAVE begins with ST0, which is any of the eight registers; MM0 is always the first. */
TEST(system_mmx_registers_with_a_stack)
{
	struct machine *m = ready(MODE_LONG);
	unsigned int i;

	set_x87_top(m, 3);
	expect_done(m, "0f 7f 23", MACHINE_CODE + 3); /* MOVQ from MM4, which was ST1 */
	EXPECT_EQ(device_value(0, 8), 0x1111111111111111);
	/* A store too makes TOP 0, and all registers valid. */
	EXPECT_EQ((u16)(fxsave_value(m, 2)), 0);
	EXPECT_EQ((u8)fxsave_value(m, 4), 0xff);
	for (i = 0; i < 8; i++)
		EXPECT_EQ((u8)fxsave_value(m, MM(i)), 0x10 + (i - 3) % 8);
	set_x87_top(m, 3);
	device_put(0, 5, 8);
	expect_done(m, "0f 6f 23", MACHINE_CODE + 3); /* MOVQ to MM4 */
	EXPECT_EQ(fxsave_value(m, MM(4)), 5);
	EXPECT_EQ((u16)fxsave_value(m, MM(4) + 8), 0xffff);
	EXPECT_EQ(fxsave_value(m, MM(3)), 0x1010101010101010);
	EXPECT_EQ((u16)fxsave_value(m, MM(3) + 8), 0x1010);
	machine_destroy(m);
}

TEST(system_near_branches)
{
	struct machine *m = ready(MODE_LONG);

	device_put(0, 0x3456, 8);
	expect_done(m, "ff 13", 0x3456); /* CALL */
	EXPECT_EQ(m->ram[MACHINE_STACK - 8], 2);
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE);
	expect_done(m, "c2 10 00", 0x3456); /* RET 16 */
	EXPECT_EQ(REG(m, RSP), DEVICE + 24);
	expect_done(m, "e8 f0 ff ff ff", MACHINE_CODE - 11); /* CALL, its stack in the device */
	EXPECT_EQ(device_value(16, 8), MACHINE_CODE + 5);
	device_put(0, 1ull << 50, 8);
	vcpu_reg_write(&m->vcpu, REG_RSP, MACHINE_STACK);
	expect_fault(m, "ff 13", VECTOR_GP, 0);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK);
	machine_destroy(m);
}

TEST(system_near_jumps)
{
	struct machine *m = ready(MODE_LONG);

	device_put(0, 0x3456, 8);
	expect_done(m, "ff 23", 0x3456);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK);
	device_put(0, 0xffff800000000000, 8);
	expect_done(m, "ff 23", 0xffff800000000000);
	device_put(0, 1ull << 47, 8);
	expect_fault(m, "ff 23", VECTOR_GP, 0);
	machine_destroy(m);
}

/* Outside of 64-bit code the code segment's limit is what counts. */
TEST(system_near_branches_in_32_bit_code)
{
	struct machine *m = ready(MODE_PROTECTED32);
	struct kvm_segment cs;

	vcpu_seg_read(&m->vcpu, SEG_CS, &cs);
	cs.limit = 0x2fff;
	cs.g = 0;
	vcpu_seg_write(&m->vcpu, SEG_CS, &cs);
	device_put(0, 0x2fff, 4);
	expect_done(m, "ff 23", 0x2fff);
	expect_done(m, "ff 13", 0x2fff); /* CALL */
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK - 4);
	EXPECT_EQ(m->ram[MACHINE_STACK - 4], 2);
	device_put(0, 0x3000, 4);
	expect_fault(m, "ff 23", VECTOR_GP, 0);
	expect_fault(m, "ff 13", VECTOR_GP, 0);
	EXPECT_EQ(REG(m, RSP), MACHINE_STACK - 4);
	/* With 16-bit operands the rest of EIP is 0. */
	device_put(0, 0xffff1234, 4);
	expect_done(m, "66 ff 23", 0x1234);
	/* RET from a stack in the device */
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE);
	device_put(0, 0x3000, 4);
	expect_fault(m, "c3", VECTOR_GP, 0);
	EXPECT_EQ(REG(m, RSP), DEVICE);
	device_put(0, 0x2000, 4);
	expect_done(m, "c3", 0x2000);
	EXPECT_EQ(REG(m, RSP), DEVICE + 4);
	machine_destroy(m);
}

TEST(system_frames)
{
	struct machine *m = ready(MODE_LONG);

	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE + 48);
	vcpu_reg_write(&m->vcpu, REG_RBP, 0x777);
	expect_done(m, "c8 20 00 00", MACHINE_CODE + 4); /* ENTER 32, 0 */
	EXPECT_EQ(device_value(40, 8), 0x777);
	EXPECT_EQ(REG(m, RBP), DEVICE + 40);
	EXPECT_EQ(REG(m, RSP), DEVICE + 8);
	expect_done(m, "c9", MACHINE_CODE + 1); /* LEAVE */
	EXPECT_EQ(REG(m, RBP), 0x777);
	EXPECT_EQ(REG(m, RSP), DEVICE + 48);
	/* The next push would be below the device's page. */
	expect_fault(m, "c8 29 00 00", VECTOR_PF, PF_WRITE);
	EXPECT_EQ(REG(m, RSP), DEVICE + 48);
	EXPECT_EQ(REG(m, RBP), 0x777);
	/* With 16-bit operands: of RBP only BP. */
	vcpu_reg_write(&m->vcpu, REG_RBP, 0x77777777);
	expect_done(m, "66 c8 20 00 00", MACHINE_CODE + 5);
	EXPECT_EQ(REG(m, RBP), 0x77770000 | (u16)(DEVICE + 46));
	EXPECT_EQ(REG(m, RSP), DEVICE + 46 - 32);
	vcpu_reg_write(&m->vcpu, REG_RSP, DEVICE + 48);
	EXPECT_EQ(run(m, "c8 20 00 01"), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_INTERNAL_ERROR);
	machine_destroy(m);
}

TEST(system_division_faults)
{
	struct machine *m = ready(MODE_LONG);

	device_put(0, 0, 8);
	expect_fault(m, "48 f7 33", VECTOR_DE, 0);
	machine_destroy(m);
}
