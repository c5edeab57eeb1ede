// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest may write to CR0, CR3, CR4, CR8 and IA32_EFER: each rule from both sides.  What is
 * refused is #GP(0), and nothing has changed.
 *
 * SDM: "Control Registers", "MOV - Move to/from Control Registers", "Initializing IA-32e Mode",
 * "PDPTE Registers".
 */
#include "../emulate/machine.h"
#include "../msr/guest.h"
#include "exit/exit.h"
#include "vcpu/events.h"

#define LENGTH 3
#define WIDTH  40 /* MAXPHYADDR of the machine's guest */

/* --- One instruction --- */

enum access { CR0, CR3, CR4, CR8, CLTS, LMSW, EFER };

struct registers {
	u64 cr0, cr3, cr4, cr8, efer, rip;
	u64 pdpte[4];
	bool long_mode; /* of the next VM entry */
};

static struct registers registers_of(struct vcpu *vcpu)
{
	struct registers now = {
		.cr0 = vcpu_cr0_read(vcpu),
		.cr3 = vcpu_cr3_read(vcpu),
		.cr4 = vcpu_cr4_read(vcpu),
		.cr8 = vcpu_cr8_read(vcpu),
		.efer = vcpu->efer,
		.rip = vcpu_rip_read(vcpu),
		.long_mode = vmcs_read32(VM_ENTRY_CONTROLS) & ENTRY_IA32E_MODE_GUEST,
	};

	for (unsigned int i = 0; i < COUNT_OF(now.pdpte); i++)
		now.pdpte[i] = vmcs_read64(GUEST_PDPTE0 + 2 * i);
	return now;
}

static void expect_same(const struct registers *now, const struct registers *before)
{
	EXPECT_EQ(now->cr0, before->cr0);
	EXPECT_EQ(now->cr3, before->cr3);
	EXPECT_EQ(now->cr4, before->cr4);
	EXPECT_EQ(now->cr8, before->cr8);
	EXPECT_EQ(now->efer, before->efer);
	EXPECT_EQ(now->long_mode, before->long_mode);
	for (unsigned int i = 0; i < COUNT_OF(now->pdpte); i++)
		EXPECT_EQ(now->pdpte[i], before->pdpte[i]);
}

/* "Exit Qualification for Control-Register Accesses" */
static u64 qualification_of(enum access access, u64 value)
{
	switch (access) {
	case CR0:
		return 0;
	case CR3:
		return 3;
	case CR4:
		return 4;
	case CR8:
		return 8;
	case CLTS:
		return 2 << 4;
	default: /* LMSW */
		return 3 << 4 | (value & 0xffff) << 16;
	}
}

/* The guest executes it, and the exit is handled. */
static enum exit_action execute(struct vcpu *vcpu, enum access access, u64 value)
{
	vcpu->exit = (struct exit_info){.reason = EXIT_REASON_CR_ACCESS,
					.instruction_length = LENGTH,
					.rip = vcpu_rip_read(vcpu)};
	vcpu->events.exception.pending = false;
	vcpu_reg_write(vcpu, REG_RAX, value);
	if (access == EFER) {
		vcpu->exit.reason = EXIT_REASON_WRMSR;
		vcpu_reg_write(vcpu, REG_RAX, (u32)value);
		vcpu_reg_write(vcpu, REG_RDX, value >> 32);
		vcpu_reg_write(vcpu, REG_RCX, 0xc0000080);
	} else {
		vcpu->exit.qualification = qualification_of(access, value);
	}
	return exit_dispatch(vcpu);
}

static bool took_gp(const struct vcpu *vcpu)
{
	return vcpu->events.exception.pending && vcpu->events.exception.vector == VECTOR_GP &&
	       vcpu->events.exception.has_error && !vcpu->events.exception.error;
}

static u64 value_of(const struct registers *registers, enum access access)
{
	switch (access) {
	case CR3:
		return registers->cr3;
	case CR4:
		return registers->cr4;
	case CR8:
		return registers->cr8;
	case EFER:
		return registers->efer;
	default:
		return registers->cr0;
	}
}

/* --- The rules --- */

/* What the register reads as: the value that was written (but for bits of `ignored`), or what it
 * was. */
struct rule {
	const char *what;
	enum machine_mode mode;
	u64 cr0, cr4, efer; /* beside what the mode has */
	u32 more;	    /* MORE_* */
	enum access access;
	u64 set, clear; /* of what the register is */
	bool allowed;
	u64 ignored;
};

#define MORE_CS_L  BIT32(0) /* CS.L = 1, where the mode has it 0 */
#define MORE_CR3   BIT32(1) /* bits 11:0 of CR3 are not 0 */
#define MORE_FLUSH BIT32(2) /* what is cached of translations goes */
#define MORE_TSS16 BIT32(3) /* TR has a busy 16-bit TSS */

#define LME IA32_EFER_LME

static const struct rule rules[] = {
	/* CR0: combinations */
	{"PG without PE", MODE_REAL, 0, 0, 0, 0, CR0, CR0_PG, 0, false, 0},
	{"PG with PE", MODE_REAL, 0, 0, 0, 0, CR0, CR0_PG | CR0_PE, 0, true, 0},
	{"PE off under PG", MODE_PAGING32, 0, 0, 0, 0, CR0, 0, CR0_PE, false, 0},
	{"PE and PG off", MODE_PAGING32, 0, 0, 0, MORE_FLUSH, CR0, 0, CR0_PE | CR0_PG, true, 0},
	{"PE off", MODE_PROTECTED32, 0, 0, 0, 0, CR0, 0, CR0_PE, true, 0},
	{"NW without CD", MODE_PROTECTED32, 0, 0, 0, 0, CR0, CR0_NW, 0, false, 0},
	{"NW with CD", MODE_PROTECTED32, 0, 0, 0, 0, CR0, CR0_NW | CR0_CD, 0, true, 0},
	{"CD alone", MODE_PROTECTED32, 0, 0, 0, 0, CR0, CR0_CD, 0, true, 0},
	{"CD off under NW", MODE_REAL, CR0_CD | CR0_NW, 0, 0, 0, CR0, 0, CR0_CD, false, 0},
	{"CD and NW off", MODE_REAL, CR0_CD | CR0_NW, 0, 0, 0, CR0, 0, CR0_CD | CR0_NW, true, 0},
	/* CR0: bits that nobody can change, or that do not exist */
	{"ET off", MODE_REAL, CR0_ET, 0, 0, 0, CR0, 0, CR0_ET, true, CR0_ET},
	{"NE", MODE_REAL, 0, 0, 0, 0, CR0, CR0_NE, 0, true, 0},
	{"reserved, low", MODE_REAL, 0, 0, 0, 0, CR0, 0x1ffaffc0, 0, true, 0x1ffaffc0},
	{"bit 32", MODE_LONG, 0, 0, 0, 0, CR0, BIT64(32), 0, false, 0},
	{"bit 63", MODE_LONG, 0, 0, 0, 0, CR0, BIT64(63), 0, false, 0},
	{"bit 32 of 32-bit code", MODE_PAGING32, 0, 0, 0, 0, CR0, BIT64(32), 0, true, BIT64(32)},
	{"bit 32, compatibility", MODE_COMPATIBILITY, 0, 0, 0, 0, CR0, BIT64(32), 0, true,
	 BIT64(32)},
	/* CR0: IA-32e mode begins and ends */
	{"LME, PAE", MODE_PROTECTED32, 0, CR4_PAE, LME, 0, CR0, CR0_PG, 0, true, 0},
	{"LME, no PAE", MODE_PROTECTED32, 0, 0, LME, 0, CR0, CR0_PG, 0, false, 0},
	{"LME, PAE, CS.L", MODE_PROTECTED32, 0, CR4_PAE, LME, MORE_CS_L, CR0, CR0_PG, 0, false, 0},
	{"LME, PAE, real mode", MODE_REAL, 0, CR4_PAE, LME, 0, CR0, CR0_PG | CR0_PE, 0, true, 0},
	{"LME, PAE, 16-bit TSS", MODE_PROTECTED32, 0, CR4_PAE, LME, MORE_TSS16, CR0, CR0_PG, 0,
	 false, 0},
	{"16-bit TSS alone", MODE_PROTECTED32, 0, 0, 0, MORE_TSS16, CR0, CR0_PG, 0, true, 0},
	{"CS.L alone", MODE_PROTECTED32, 0, 0, 0, MORE_CS_L, CR0, CR0_PG, 0, true, 0},
	{"PG off, 64-bit", MODE_LONG, 0, 0, 0, 0, CR0, 0, CR0_PG, false, 0},
	{"PG off, compatibility", MODE_COMPATIBILITY, 0, 0, 0, MORE_FLUSH, CR0, 0, CR0_PG, true, 0},
	{"PG off, PCIDE", MODE_COMPATIBILITY, 0, CR4_PCIDE, 0, 0, CR0, 0, CR0_PG, false, 0},
	{"PG off, 32-bit", MODE_PAGING32, 0, 0, 0, MORE_FLUSH, CR0, 0, CR0_PG, true, 0},

	/* CR3 */
	{"MAXPHYADDR", MODE_LONG, 0, 0, 0, 0, CR3, BIT64(WIDTH), 0, false, 0},
	{"below MAXPHYADDR", MODE_LONG, 0, 0, 0, 0, CR3, BIT64(WIDTH - 1), 0, true, 0},
	{"bit 63 without PCIDE", MODE_LONG, 0, 0, 0, 0, CR3, BIT64(63), 0, false, 0},
	{"bits 11:0", MODE_LONG, 0, 0, 0, MORE_FLUSH, CR3, 0xfff, 0, true, 0},
	{"all of 32-bit paging", MODE_PAGING32, 0, 0, 0, MORE_FLUSH, CR3, 0xffffffff, 0, true, 0},

	/* CR4 */
	{"PAE off, 64-bit", MODE_LONG, 0, 0, 0, 0, CR4, 0, CR4_PAE, false, 0},
	{"PAE off, compatibility", MODE_COMPATIBILITY, 0, 0, 0, 0, CR4, 0, CR4_PAE, false, 0},
	{"PAE off, PAE paging", MODE_PAE, 0, 0, 0, MORE_FLUSH, CR4, 0, CR4_PAE, true, 0},
	{"PAE off, LME alone", MODE_PROTECTED32, 0, CR4_PAE, LME, 0, CR4, 0, CR4_PAE, true, 0},
	{"LA57 on, 64-bit", MODE_LONG, 0, 0, 0, 0, CR4, CR4_LA57, 0, false, 0},
	{"LA57 off, 64-bit", MODE_LONG57, 0, 0, 0, 0, CR4, 0, CR4_LA57, false, 0},
	{"LA57 on, compatibility", MODE_COMPATIBILITY, 0, 0, 0, 0, CR4, CR4_LA57, 0, false, 0},
	{"LA57 on, no paging", MODE_PROTECTED32, 0, CR4_PAE, LME, 0, CR4, CR4_LA57, 0, true, 0},
	{"PCIDE on, 64-bit", MODE_LONG, 0, 0, 0, 0, CR4, CR4_PCIDE, 0, true, 0},
	{"PCIDE on, compatibility", MODE_COMPATIBILITY, 0, 0, 0, 0, CR4, CR4_PCIDE, 0, true, 0},
	{"PCIDE on, CR3[11:0]", MODE_LONG, 0, 0, 0, MORE_CR3, CR4, CR4_PCIDE, 0, false, 0},
	{"PCIDE on, PAE paging", MODE_PAE, 0, 0, 0, 0, CR4, CR4_PCIDE, 0, false, 0},
	{"PCIDE on, LME alone", MODE_PROTECTED32, 0, CR4_PAE, LME, 0, CR4, CR4_PCIDE, 0, false, 0},
	{"PCIDE stays, CR3[11:0]", MODE_LONG, 0, CR4_PCIDE, 0, MORE_CR3, CR4, CR4_PGE, 0, true, 0},
	{"PCIDE off, CR3[11:0]", MODE_LONG, 0, CR4_PCIDE, 0, MORE_CR3 | MORE_FLUSH, CR4, 0,
	 CR4_PCIDE, true, 0},
	{"PGE on", MODE_LONG, 0, 0, 0, MORE_FLUSH, CR4, CR4_PGE, 0, true, 0},
	{"PGE off", MODE_LONG, 0, CR4_PGE, 0, MORE_FLUSH, CR4, 0, CR4_PGE, true, 0},
	{"SMEP on", MODE_LONG, 0, 0, 0, MORE_FLUSH, CR4, CR4_SMEP, 0, true, 0},

	/* CR8 */
	{"15", MODE_LONG, 0, 0, 0, 0, CR8, 15, 0, true, 0},
	{"16", MODE_LONG, 0, 0, 0, 0, CR8, 16, 0, false, 0},
	{"bit 63", MODE_LONG, 0, 0, 0, 0, CR8, BIT64(63), 0, false, 0},

	/* LMSW, CLTS */
	{"LMSW: PE on", MODE_REAL, 0, 0, 0, 0, LMSW, CR0_PE, 0, true, 0},
	{"LMSW: PE off", MODE_PROTECTED32, 0, 0, 0, 0, LMSW, 0, CR0_PE, true, CR0_PE},
	{"LMSW: MP, EM, TS on", MODE_REAL, 0, 0, 0, 0, LMSW, CR0_MP | CR0_EM | CR0_TS, 0, true, 0},
	{"LMSW: MP, EM, TS off", MODE_REAL, CR0_MP | CR0_EM | CR0_TS, 0, 0, 0, LMSW, 0,
	 CR0_MP | CR0_EM | CR0_TS, true, 0},
	{"LMSW: no others", MODE_REAL, 0, 0, 0, 0, LMSW, 0xffe0, 0, true, 0xffe0},
	{"CLTS", MODE_PAGING32, CR0_TS | CR0_MP, 0, 0, 0, CLTS, 0, CR0_TS, true, 0},

	/* IA32_EFER */
	{"SCE", MODE_LONG, 0, 0, 0, 0, EFER, IA32_EFER_SCE, 0, true, 0},
	{"NXE off", MODE_LONG, 0, 0, 0, 0, EFER, 0, IA32_EFER_NXE, true, 0},
	{"LME on, no paging", MODE_PROTECTED32, 0, 0, 0, 0, EFER, LME, 0, true, 0},
	{"LME off, no paging", MODE_PROTECTED32, 0, 0, LME, 0, EFER, 0, LME, true, 0},
	{"LME on, paging", MODE_PAGING32, 0, 0, 0, 0, EFER, LME, 0, false, 0},
	{"LME off, paging", MODE_LONG, 0, 0, 0, 0, EFER, 0, LME, false, 0},
	{"LMA on", MODE_PROTECTED32, 0, 0, 0, 0, EFER, IA32_EFER_LMA, 0, true, IA32_EFER_LMA},
	{"LMA off", MODE_LONG, 0, 0, 0, 0, EFER, 0, IA32_EFER_LMA, true, IA32_EFER_LMA},
	{"bit 1", MODE_LONG, 0, 0, 0, 0, EFER, BIT64(1), 0, false, 0},
	{"bit 12, SVME of others", MODE_LONG, 0, 0, 0, 0, EFER, BIT64(12), 0, false, 0},
	{"bit 32", MODE_LONG, 0, 0, 0, 0, EFER, BIT64(32), 0, false, 0},
};

static void set_up(struct machine *m, const struct rule *rule)
{
	struct vcpu *vcpu = &m->vcpu;
	struct kvm_segment cs, tr;

	vcpu_cr0_store(vcpu, vcpu->cr0 | rule->cr0 | CR0_ET);
	vcpu_cr4_store(vcpu, vcpu->cr4 | rule->cr4);
	vcpu_efer_store(vcpu, vcpu->efer | rule->efer);
	if (rule->more & MORE_CR3)
		machine_set_cr3(m, vcpu_cr3_read(vcpu) | 0x18);
	if (rule->more & MORE_CS_L) {
		vcpu_seg_read(vcpu, SEG_CS, &cs);
		cs.l = 1;
		vcpu_seg_write(vcpu, SEG_CS, &cs);
	}
	if (rule->more & MORE_TSS16) {
		vcpu_seg_read(vcpu, SEG_TR, &tr);
		tr.type = 3;
		vcpu_seg_write(vcpu, SEG_TR, &tr);
	}
	vcpu->requests = 0;
}

/* IA-32e mode is on when both are asked for; nothing else follows. */
static struct registers expected_after(const struct registers *before, const struct rule *rule)
{
	struct registers after = *before;
	u64 value = (value_of(before, rule->access) | rule->set) & ~rule->clear;

	value = (value & ~rule->ignored) | (value_of(before, rule->access) & rule->ignored);
	switch (rule->access) {
	case CR3:
		after.cr3 = value;
		break;
	case CR4:
		after.cr4 = value;
		break;
	case CR8:
		after.cr8 = value;
		break;
	case EFER:
		after.efer = value;
		break;
	default:
		after.cr0 = value;
		break;
	}
	after.long_mode = (after.cr0 & CR0_PG) && (after.efer & LME);
	after.efer = (after.efer & ~IA32_EFER_LMA) | (after.long_mode ? IA32_EFER_LMA : 0);
	return after;
}

TEST(control_registers_rules)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		const struct rule *rule = &rules[i];
		struct machine *m = machine_create(rule->mode);
		struct registers before, now, expected;
		u64 value;

		test_context("rule %zu: %s", i, rule->what);
		set_up(m, rule);
		before = registers_of(&m->vcpu);
		value = (value_of(&before, rule->access) | rule->set) & ~rule->clear;
		EXPECT_EQ(execute(&m->vcpu, rule->access, value), ACTION_SAME_INSN);
		now = registers_of(&m->vcpu);
		EXPECT_EQ(took_gp(&m->vcpu), !rule->allowed);
		EXPECT_EQ(now.rip, before.rip + (rule->allowed ? LENGTH : 0));
		expected = rule->allowed ? expected_after(&before, rule) : before;
		expect_same(&now, &expected);
		if (rule->more & MORE_FLUSH)
			EXPECT_TRUE(m->vcpu.requests & BIT32(VCPU_REQUEST_FLUSH_TLB));
		machine_destroy(m);
	}
}

/* MOV to CR8, where user space has the local APIC: it hears of a priority that falls. */
TEST(control_registers_cr8_falls)
{
	struct machine *m = machine_create(MODE_LONG);
	u64 rip = vcpu_rip_read(&m->vcpu);

	EXPECT_EQ(execute(&m->vcpu, CR8, 9), ACTION_SAME_INSN);
	EXPECT_EQ(execute(&m->vcpu, CR8, 9), ACTION_SAME_INSN);
	EXPECT_EQ(execute(&m->vcpu, CR8, 8), ACTION_TO_USER);
	EXPECT_EQ(m->vcpu.run->exit_reason, KVM_EXIT_SET_TPR);
	EXPECT_EQ(vcpu_cr8_read(&m->vcpu), 8);
	EXPECT_EQ(vcpu_rip_read(&m->vcpu), rip + 3 * LENGTH);
	machine_destroy(m);
}

/* --- PAE paging: the four page-directory-pointer-table entries --- */

#define PDPT 0x3000ull

/* The entry may be anything while it is not present. */
static const struct {
	u64 value;
	bool valid;
} pdptes[] = {
	{0x5001, true},
	{0x5000, true},
	{0x5001 | 0x18, true},	/* PWT, PCD */
	{0x5001 | 0xe00, true}, /* bits 11:9 are software's */
	{0x5001 | BIT64(1), false},
	{0x5001 | BIT64(2), false},
	{0x5001 | BIT64(5), false},
	{0x5001 | BIT64(6), false},
	{0x5001 | BIT64(7), false},
	{0x5001 | BIT64(8), false},
	{0x5001 | BIT64(WIDTH - 1), true},
	{0x5001 | BIT64(WIDTH), false},
	{0x5001 | BIT64(63), false},
	{~1ull, true},
};

static void put_pdpt(struct machine *m, u64 at, unsigned int index, u64 value)
{
	static const u64 usual[4] = {0x10001, 0, 0x12001, 0x13001};

	memcpy(m->ram + at, usual, sizeof(usual));
	memcpy(m->ram + at + 8 * index, &value, sizeof(value));
}

static void expect_loaded(struct machine *m, u64 at)
{
	struct registers now = registers_of(&m->vcpu);

	for (unsigned int i = 0; i < COUNT_OF(now.pdpte); i++)
		EXPECT_EQ(now.pdpte[i], *(const u64 *)(m->ram + at + 8 * i));
}

TEST(control_registers_pdptes)
{
	for (size_t i = 0; i < 4 * COUNT_OF(pdptes); i++) {
		struct machine *m = machine_create(MODE_PAE);
		struct registers before = registers_of(&m->vcpu), now;
		u64 value = pdptes[i / 4].value;

		test_context("entry %zu is 0x%llx", i % 4, (unsigned long long)value);
		/* Bits 4:0 of CR3 are not of the address. */
		put_pdpt(m, PDPT + 32, i % 4, value);
		EXPECT_EQ(execute(&m->vcpu, CR3, PDPT + 32 + 0x1f), ACTION_SAME_INSN);
		now = registers_of(&m->vcpu);
		EXPECT_EQ(took_gp(&m->vcpu), !pdptes[i / 4].valid);
		if (pdptes[i / 4].valid) {
			EXPECT_EQ(now.cr3, PDPT + 32 + 0x1f);
			expect_loaded(m, PDPT + 32);
		} else {
			expect_same(&now, &before);
		}
		machine_destroy(m);
	}
}

TEST(control_registers_pdptes_of_no_memory)
{
	struct machine *m = machine_create(MODE_PAE);
	struct registers before = registers_of(&m->vcpu), now;

	EXPECT_EQ(execute(&m->vcpu, CR3, MACHINE_DEVICE + LINTEL_PAGE_SIZE), ACTION_SAME_INSN);
	EXPECT_TRUE(took_gp(&m->vcpu));
	now = registers_of(&m->vcpu);
	expect_same(&now, &before);
	machine_destroy(m);
}

/* Which writes load them anew: memory has others by now. */
static const struct {
	const char *what;
	enum machine_mode mode;
	u64 cr4;
	enum access access;
	u64 set, clear;
	bool loads;
} loads[] = {
	{"CR3", MODE_PAE, 0, CR3, 0, 0, true},
	{"CR0.CD", MODE_PAE, 0, CR0, CR0_CD, 0, true},
	{"CR0.CD and NW", MODE_PAE, 0, CR0, CR0_CD | CR0_NW, 0, true},
	{"CR0.PG", MODE_PROTECTED32, CR4_PAE, CR0, CR0_PG, 0, true},
	{"CR0.WP", MODE_PAE, 0, CR0, CR0_WP, 0, false},
	{"CR0.NE", MODE_PAE, 0, CR0, CR0_NE, 0, false},
	{"CR0.PG off", MODE_PAE, 0, CR0, 0, CR0_PG, false},
	{"CR0.PG without PAE", MODE_PROTECTED32, 0, CR0, CR0_PG, 0, false},
	{"CR4.PAE", MODE_PAGING32, 0, CR4, CR4_PAE, 0, true},
	{"CR4.PAE off", MODE_PAE, 0, CR4, 0, CR4_PAE, false},
	{"CR4.PAE, no paging", MODE_PROTECTED32, 0, CR4, CR4_PAE, 0, false},
	{"CR4.PGE", MODE_PAE, 0, CR4, CR4_PGE, 0, true},
	{"CR4.PSE", MODE_PAE, 0, CR4, CR4_PSE, 0, true},
	{"CR4.SMEP", MODE_PAE, 0, CR4, CR4_SMEP, 0, true},
	{"CR4.SMAP", MODE_PAE, 0, CR4, CR4_SMAP, 0, false},
	{"CR4.UMIP", MODE_PAE, 0, CR4, CR4_UMIP, 0, false},
	{"CR3, 32-bit paging", MODE_PAGING32, 0, CR3, 0, 0, false},
	{"CR3, long mode", MODE_LONG, 0, CR3, 0, 0, false},
	{"CR0.CD, long mode", MODE_LONG, 0, CR0, CR0_CD, 0, false},
	{"CR4.PGE, long mode", MODE_LONG, 0, CR4, CR4_PGE, 0, false},
};

TEST(control_registers_load_pdptes)
{
	for (size_t i = 0; i < 2 * COUNT_OF(loads); i++) {
		bool valid = i % 2;
		struct machine *m = machine_create(loads[i / 2].mode);
		struct registers before;
		u64 value;

		test_context("%s, %s", loads[i / 2].what, valid ? "valid" : "not valid");
		machine_set_cr4(m, m->vcpu.cr4 | loads[i / 2].cr4);
		machine_set_cr3(m, PDPT);
		put_pdpt(m, PDPT, 2, valid ? 0x7001 : 0x7003);
		before = registers_of(&m->vcpu);
		value = value_of(&before, loads[i / 2].access) | loads[i / 2].set;
		EXPECT_EQ(execute(&m->vcpu, loads[i / 2].access, value & ~loads[i / 2].clear),
			  ACTION_SAME_INSN);
		EXPECT_EQ(took_gp(&m->vcpu), loads[i / 2].loads && !valid);
		if (loads[i / 2].loads && valid)
			expect_loaded(m, PDPT);
		else
			EXPECT_EQ(registers_of(&m->vcpu).pdpte[2], before.pdpte[2]);
		machine_destroy(m);
	}
}

/* --- What CPUID does not announce does not exist --- */

enum { EAX, EBX, ECX, EDX };

/* "CPUID": the feature of a bit of CR4 or IA32_EFER. */
static const struct {
	const char *what;
	enum machine_mode mode;
	enum access access;
	u64 bit;
	u32 leaf;
	unsigned int reg, feature;
} features[] = {
	{"PCIDE", MODE_LONG, CR4, CR4_PCIDE, 1, ECX, 17},
	{"OSXSAVE", MODE_LONG, CR4, CR4_OSXSAVE, 1, ECX, 26},
	{"FSGSBASE", MODE_LONG, CR4, CR4_FSGSBASE, 7, EBX, 0},
	{"SMEP", MODE_LONG, CR4, CR4_SMEP, 7, EBX, 7},
	{"SMAP", MODE_LONG, CR4, CR4_SMAP, 7, EBX, 20},
	{"UMIP", MODE_LONG, CR4, CR4_UMIP, 7, ECX, 2},
	{"LA57", MODE_PROTECTED32, CR4, CR4_LA57, 7, ECX, 16},
	{"SCE", MODE_LONG, EFER, IA32_EFER_SCE, 0x80000001, EDX, 11},
	{"NXE", MODE_PROTECTED32, EFER, IA32_EFER_NXE, 0x80000001, EDX, 20},
	{"LME", MODE_PROTECTED32, EFER, LME, 0x80000001, EDX, 29},
};

/* All there is, or all but one. */
static void set_cpuid(struct vcpu *vcpu, u32 leaf, unsigned int reg, u32 without)
{
	struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 7},
		{.function = 1, .ecx = ~0u, .edx = ~0u},
		{.function = 7, .ebx = ~0u, .ecx = ~0u, .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX},
		{.function = 0x80000000, .eax = 0x80000008},
		{.function = 0x80000001, .ecx = ~0u, .edx = ~0u},
		{.function = 0x80000008, .eax = 0x3000 | WIDTH},
	};

	for (size_t i = 0; i < COUNT_OF(entry); i++) {
		u32 *registers[] = {&entry[i].eax, &entry[i].ebx, &entry[i].ecx, &entry[i].edx};

		if (entry[i].function == leaf)
			*registers[reg] &= ~without;
	}
	EXPECT_EQ(cpuid_set(vcpu, entry, COUNT_OF(entry)), 0);
	vcpu_cr4_update_allowed(vcpu);
}

TEST(control_registers_without_the_feature)
{
	for (size_t i = 0; i < 2 * COUNT_OF(features); i++) {
		bool has = i % 2;
		struct machine *m = machine_create(features[i / 2].mode);
		struct registers before;
		u64 value;

		test_context("%s, CPUID %d", features[i / 2].what, has);
		set_cpuid(&m->vcpu, features[i / 2].leaf, features[i / 2].reg,
			  has ? 0 : BIT32(features[i / 2].feature));
		before = registers_of(&m->vcpu);
		value = value_of(&before, features[i / 2].access) | features[i / 2].bit;
		EXPECT_EQ(execute(&m->vcpu, features[i / 2].access, value), ACTION_SAME_INSN);
		EXPECT_EQ(took_gp(&m->vcpu), !has);
		before = registers_of(&m->vcpu);
		EXPECT_EQ(!!(value_of(&before, features[i / 2].access) & features[i / 2].bit), has);
		machine_destroy(m);
	}
}

/* VMX, SMX, key locker and what has no name yet: whatever CPUID says. */
TEST(control_registers_cr4_bits_of_nobody)
{
	const u64 somebody = 0x771fff;
	struct machine *m = machine_create(MODE_LONG);
	struct registers before = registers_of(&m->vcpu), now;

	for (unsigned int bit = 0; bit < 64; bit++) {
		if (somebody & BIT64(bit))
			continue;
		test_context("bit %u", bit);
		execute(&m->vcpu, CR4, before.cr4 | BIT64(bit));
		EXPECT_TRUE(took_gp(&m->vcpu));
		now = registers_of(&m->vcpu);
		expect_same(&now, &before);
	}
	machine_destroy(m);
}

/* On a processor without UMIP what it forbids exits; without that control there is none. */
TEST(control_registers_umip_is_made)
{
	struct vmcs_config config;

	machine_destroy(machine_create(MODE_LONG)); /* the first starts the processor */
	config = vmcs_config;
	for (int i = 0; i < 4; i++) {
		bool real = i & 1, exits = i & 2;
		struct machine *m;
		u64 made, cr4;

		vmcs_config = config;
		if (!real)
			vmcs_config.cr4_fixed1 &= ~CR4_UMIP;
		if (!exits)
			vmcs_config.ctl[CTL_SECONDARY] &= ~(u64)CPU2_DESCRIPTOR_TABLE_EXITING;
		made = !real && exits ? CPU2_DESCRIPTOR_TABLE_EXITING : 0;
		m = machine_create(MODE_LONG);
		cr4 = vcpu_cr4_read(&m->vcpu);
		test_context("the processor's %d, exits %d", real, exits);
		EXPECT_EQ(m->vcpu.control[CTL_SECONDARY] & CPU2_DESCRIPTOR_TABLE_EXITING, 0);
		execute(&m->vcpu, CR4, cr4 | CR4_UMIP);
		EXPECT_EQ(took_gp(&m->vcpu), !real && !exits);
		EXPECT_EQ(vcpu_cr4_read(&m->vcpu), real || exits ? cr4 | CR4_UMIP : cr4);
		EXPECT_EQ(vmcs_readl(GUEST_CR4) & CR4_UMIP, real ? CR4_UMIP : 0);
		EXPECT_EQ(vmcs_read32(SECONDARY_VM_EXEC_CONTROL) & CPU2_DESCRIPTOR_TABLE_EXITING,
			  made);
		execute(&m->vcpu, CR4, cr4);
		EXPECT_EQ(vmcs_readl(GUEST_CR4) & CR4_UMIP, 0);
		EXPECT_EQ(vmcs_read32(SECONDARY_VM_EXEC_CONTROL) & CPU2_DESCRIPTOR_TABLE_EXITING,
			  0);
		machine_destroy(m);
	}
	vmcs_config = config;
}
