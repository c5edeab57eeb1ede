// SPDX-License-Identifier: GPL-2.0
/*
 * The instructions that exit for "descriptor-table exiting", and what each privileged one of the
 * emulator is where it is not allowed.
 *
 * SDM: "SGDT", "SIDT", "SLDT", "STR", "LGDT/LIDT", "LLDT", "LTR", "User-Mode Instruction
 * Prevention".
 */
#include <string.h>

#include "emulate/access.h"
#include "emulate/machine.h"
#include "facts/exit_reason.h"
#include "test.h"
#include "vcpu/events.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

#define GDT 0x4000u
#define TSS 0x18u /* 16 bytes */
#define LDT 0x28u /* 16 bytes */

#define RAX_BEFORE 0x1122334455667788ull

struct code {
	u8 bytes[4];
	u8 length;
};

static void put(struct machine *m, u64 at, u64 value)
{
	memcpy(m->ram + at, &value, sizeof(value));
}

static u64 get(struct machine *m, u64 at)
{
	u64 value;

	memcpy(&value, m->ram + at, sizeof(value));
	return value;
}

/* RBX points to memory; RAX is for operands in registers. */
static struct machine *ready(enum machine_mode mode)
{
	struct machine *m = machine_create(mode);
	struct kvm_segment ldtr = {.selector = LDT, .type = 2, .present = 1, .limit = 0xff};
	struct kvm_segment tr = {.selector = TSS, .type = 11, .present = 1, .limit = 0x67};

	memset(m->ram + GDT, 0, 0x100);
	put(m, GDT + TSS, 0x0000890050000067);
	put(m, GDT + LDT, 0x00008200600000ff);
	put(m, MACHINE_DATA, 0);
	put(m, MACHINE_DATA + 8, ~0ull);
	vmcs_writel(GUEST_GDTR_BASE, GDT);
	vmcs_write32(GUEST_GDTR_LIMIT, 0xff);
	vmcs_writel(GUEST_IDTR_BASE, 0x12345678);
	vmcs_write32(GUEST_IDTR_LIMIT, 0xfff);
	vcpu_seg_write(&m->vcpu, SEG_LDTR, &ldtr);
	vcpu_seg_write(&m->vcpu, SEG_TR, &tr);
	vcpu_reg_write(&m->vcpu, REG_RAX, RAX_BEFORE);
	vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_DATA);
	m->vcpu.exit = (struct exit_info){.reason = EXIT_REASON_GDTR_IDTR};
	return m;
}

static enum exit_action run(struct machine *m, const struct code *code)
{
	machine_set_code(m, code->bytes, code->length);
	m->vcpu.events.exception.pending = false;
	return emulate_descriptor_table(&m->vcpu);
}

static bool took(struct machine *m, u8 vector)
{
	return m->vcpu.events.exception.pending && m->vcpu.events.exception.vector == vector &&
	       vcpu_rip_read(&m->vcpu) == MACHINE_CODE;
}

/* In a register all of the operand's size is written; in memory no more than what is stored. */
TEST(descriptor_table_stored)
{
	static const struct {
		const char *name;
		enum machine_mode mode;
		struct code code;
		u64 rax, memory[2]; /* afterwards */
	} rows[] = {
		{"sldt eax", MODE_LONG, {{0x0f, 0x00, 0xc0}, 3}, LDT, {0, ~0ull}},
		{"sldt ax",
		 MODE_LONG,
		 {{0x66, 0x0f, 0x00, 0xc0}, 4},
		 0x1122334455660028,
		 {0, ~0ull}},
		{"str rax", MODE_LONG, {{0x48, 0x0f, 0x00, 0xc8}, 4}, TSS, {0, ~0ull}},
		{"str [rbx]", MODE_LONG, {{0x0f, 0x00, 0x0b}, 3}, RAX_BEFORE, {TSS, ~0ull}},
		{"sldt [ebx]", MODE_PAGING32, {{0x0f, 0x00, 0x03}, 3}, RAX_BEFORE, {LDT, ~0ull}},
		{"sgdt [rbx]",
		 MODE_LONG,
		 {{0x0f, 0x01, 0x03}, 3},
		 RAX_BEFORE,
		 {0x400000ff, ~0ull << 16}},
		{"sidt [ebx]",
		 MODE_PAGING32,
		 {{0x0f, 0x01, 0x0b}, 3},
		 RAX_BEFORE,
		 {0x123456780fff, ~0ull}},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m = ready(rows[i].mode);

		test_context("%s", rows[i].name);
		EXPECT_EQ(run(m, &rows[i].code), ACTION_SAME_INSN);
		EXPECT_FALSE(m->vcpu.events.exception.pending);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + rows[i].code.length);
		EXPECT_EQ(vcpu_reg_read(&m->vcpu, REG_RAX), rows[i].rax);
		EXPECT_EQ(get(m, MACHINE_DATA), rows[i].memory[0]);
		EXPECT_EQ(get(m, MACHINE_DATA + 8), rows[i].memory[1]);
		machine_destroy(m);
	}
}

TEST(descriptor_table_loaded)
{
	static const struct code lgdt = {{0x0f, 0x01, 0x13}, 3}, ltr = {{0x0f, 0x00, 0xd8}, 3};
	static const struct code lldt = {{0x0f, 0x00, 0x13}, 3};
	struct machine *m = ready(MODE_LONG);
	struct kvm_segment tr;

	vcpu_reg_write(&m->vcpu, REG_RAX, TSS);
	EXPECT_EQ(run(m, &ltr), ACTION_SAME_INSN);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	vcpu_seg_read(&m->vcpu, SEG_TR, &tr);
	EXPECT_EQ(tr.base, 0x5000);
	EXPECT_EQ(m->ram[GDT + TSS + 5], 0x8b);
	run(m, &ltr); /* it is busy now */
	EXPECT_TRUE(took(m, VECTOR_GP));
	EXPECT_EQ(m->vcpu.events.exception.error, TSS);

	put(m, MACHINE_DATA, 0);
	run(m, &lldt);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	EXPECT_EQ(vcpu_seg_selector(&m->vcpu, SEG_LDTR), 0);

	put(m, MACHINE_DATA, 0x812345670000ffff);
	put(m, MACHINE_DATA + 8, 0xffff);
	run(m, &lgdt);
	EXPECT_FALSE(m->vcpu.events.exception.pending);
	EXPECT_EQ(vmcs_readl(GUEST_GDTR_BASE), 0xffff812345670000);
	EXPECT_EQ(vmcs_read32(GUEST_GDTR_LIMIT), 0xffff);
	machine_destroy(m);
}

/* Where the operand's page is not there, and where it is a device. */
TEST(descriptor_table_operands_anywhere)
{
	static const struct code sgdt = {{0x0f, 0x01, 0x03}, 3};
	struct machine *m = ready(MODE_LONG);

	machine_map(m, MACHINE_DATA, MACHINE_DATA, 0);
	EXPECT_EQ(run(m, &sgdt), ACTION_SAME_INSN);
	EXPECT_TRUE(took(m, VECTOR_PF));
	EXPECT_EQ(m->vcpu.events.exception.error, 2);
	EXPECT_EQ(m->vcpu.events.exception.payload, MACHINE_DATA);
	vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_DEVICE);
	EXPECT_EQ(run(m, &sgdt), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_MMIO);
	EXPECT_EQ(m->vcpu.run->mmio.len, 8);
	EXPECT_EQ(m->vcpu.complete(&m->vcpu), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->mmio.len, 2);
	EXPECT_EQ(m->vcpu.complete(&m->vcpu), ACTION_SAME_INSN);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE + 3);
	machine_destroy(m);
}

/*
 * Who may execute what.  Of an access to a device too: another vCPU may have changed the
 * instruction that the processor had allowed.
 */
TEST(emulate_privileged_instructions)
{
	enum { NEVER, UMIP, ALWAYS }; /* refused at CPL 1 to 3 */
	static const struct {
		const char *name;
		struct code code;
		int refused;
		bool protected_only, of_tables;
	} rows[] = {
		{"sldt", {{0x0f, 0x00, 0x03}, 3}, UMIP, true, true},
		{"str", {{0x0f, 0x00, 0x0b}, 3}, UMIP, true, true},
		{"lldt", {{0x0f, 0x00, 0x13}, 3}, ALWAYS, true, true},
		{"ltr", {{0x0f, 0x00, 0x1b}, 3}, ALWAYS, true, true},
		{"sgdt", {{0x0f, 0x01, 0x03}, 3}, UMIP, false, true},
		{"sidt", {{0x0f, 0x01, 0x0b}, 3}, UMIP, false, true},
		{"lgdt", {{0x0f, 0x01, 0x13}, 3}, ALWAYS, false, true},
		{"lidt", {{0x0f, 0x01, 0x1b}, 3}, ALWAYS, false, true},
		{"smsw", {{0x0f, 0x01, 0x23}, 3}, UMIP, false, false},
		{"lmsw", {{0x0f, 0x01, 0x33}, 3}, ALWAYS, false, false},
		{"mov", {{0x89, 0x03}, 2}, NEVER, false, false},
	};

	for (size_t i = 0; i < 16 * COUNT_OF(rows); i++) {
		unsigned int cpl = i & 3;
		bool umip = i & 4, tables = i & 8;
		size_t row = i / 16;
		struct machine *m = ready(MODE_LONG);
		bool refused = cpl && rows[row].refused >= (umip ? UMIP : ALWAYS);

		machine_set_cpl(m, cpl);
		if (umip)
			machine_set_cr4(m, m->vcpu.cr4 | CR4_UMIP);
		test_context("%s, CPL %u, UMIP %d, for the tables %d", rows[row].name, cpl, umip,
			     tables);
		machine_set_code(m, rows[row].code.bytes, rows[row].code.length);
		if (tables) {
			EXPECT_EQ(emulate_descriptor_table(&m->vcpu), ACTION_SAME_INSN);
		} else {
			vcpu_reg_write(&m->vcpu, REG_RBX, MACHINE_DEVICE);
			m->vcpu.exit.reason = EXIT_REASON_EPT_VIOLATION;
			EXPECT_EQ(emulate_mmio(&m->vcpu, MACHINE_DEVICE),
				  refused ? ACTION_SAME_INSN : ACTION_TO_USER);
		}
		if (refused)
			EXPECT_TRUE(took(m, VECTOR_GP));
		else if (tables && !rows[row].of_tables)
			EXPECT_EQ(vcpu_rip_read(&m->vcpu), MACHINE_CODE);
		machine_destroy(m);
	}

	for (size_t row = 0; row < COUNT_OF(rows); row++) {
		struct machine *m = ready(MODE_REAL);

		test_context("%s, real-address mode", rows[row].name);
		run(m, &rows[row].code);
		EXPECT_EQ(took(m, VECTOR_UD), rows[row].protected_only);
		machine_destroy(m);
	}
}
