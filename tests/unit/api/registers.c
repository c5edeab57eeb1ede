// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET/SET_REGS, _SREGS, _SREGS2, _DEBUGREGS: what is set is what the guest has and what is
 * given; and what no processor could have is refused with nothing changed.
 */
#include "guest_sees.h"
#include "snapshot.h"
#include "irq/lapic.h"
#include "vcpu/state.h"

/* --- KVM_GET_REGS, KVM_SET_REGS ---------------------------------------------------- */

/* Where the world switch takes each register from; RSP is in the VMCS. */
static const struct {
	enum vcpu_reg reg;
	size_t offset;
} general[] = {
#define REG(number, member)                                                                        \
	{                                                                                          \
		number, offsetof(struct kvm_regs, member)                                          \
	}
	REG(REG_RAX, rax), REG(REG_RCX, rcx), REG(REG_RDX, rdx), REG(REG_RBX, rbx),
	REG(REG_RBP, rbp), REG(REG_RSI, rsi), REG(REG_RDI, rdi), REG(REG_R8, r8),
	REG(REG_R9, r9),   REG(REG_R10, r10), REG(REG_R11, r11), REG(REG_R12, r12),
	REG(REG_R13, r13), REG(REG_R14, r14), REG(REG_R15, r15),
#undef REG
};

TEST(api_regs_are_the_guests)
{
	struct program *program = program_start(A_VCPU);
	const struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_regs regs, now = {0};
	u64 *words = (u64 *)&regs;

	for (u64 i = 0; i < sizeof(regs) / sizeof(u64); i++)
		words[i] = (0x1111111111111111 * (i + 1)) ^ i << 60;
	regs.rip = 0x1234;
	regs.rflags = RFLAGS_IF;
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	guest_enters(program);
	for (unsigned int i = 0; i < COUNT_OF(general); i++) {
		test_context("register %u", general[i].reg);
		EXPECT_EQ(vcpu->regs[general[i].reg], *(u64 *)((u8 *)&regs + general[i].offset));
	}
	EXPECT_EQ(guest_field(program, GUEST_RSP), regs.rsp);
	EXPECT_EQ(guest_field(program, GUEST_RIP), regs.rip);
	EXPECT_EQ(guest_field(program, GUEST_RFLAGS), RFLAGS_IF | RFLAGS_FIXED);
	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &now, 0);
	regs.rflags |= RFLAGS_FIXED;
	EXPECT_TRUE(!memcmp(&now, &regs, sizeof(now)));
	program_end(program);
}

/* An exception that was raised belongs to where the guest was; one that has begun to what comes. */
TEST(api_set_regs_drops_what_was_only_raised)
{
	struct program *program = program_start(A_VCPU);
	struct vcpu *vcpu = sim_file_vcpu(program->vcpu);
	struct kvm_vcpu_events events = {.exception = {.injected = 1, .nr = VECTOR_GP}};
	struct kvm_regs regs;

	EXPECT_CALL(program->vcpu, KVM_GET_REGS, &regs, 0);
	host_vcpu_get(vcpu);
	vcpu_inject_exception(vcpu, VECTOR_UD);
	host_vcpu_release(vcpu);
	EXPECT_EQ(program_events(program).exception.injected, 1);
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	EXPECT_EQ(program_events(program).exception.injected, 0);

	EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &events, 0);
	EXPECT_CALL(program->vcpu, KVM_SET_REGS, &regs, 0);
	EXPECT_EQ(program_events(program).exception.injected, 1);
	EXPECT_EQ(program_events(program).exception.nr, VECTOR_GP);
	program_end(program);
}

/* --- KVM_GET_SREGS, KVM_SET_SREGS -------------------------------------------------- */

enum mode { REAL, PROTECTED, PAE, LONG, MODES };

static const struct mode_bits {
	u64 cr0, cr4, efer;
	bool l;
} modes[MODES] = {
	[REAL] = {CR0_ET, 0, 0, false},
	[PROTECTED] = {CR0_PE | CR0_ET | CR0_PG, CR4_PSE, 0, false},
	[PAE] = {CR0_PE | CR0_ET | CR0_PG, CR4_PAE, 0, false},
	[LONG] = {CR0_PE | CR0_ET | CR0_PG, CR4_PAE, IA32_EFER_LME | IA32_EFER_LMA, true},
};

#define PAGE_TABLES 0x5000ull

static struct kvm_segment segment(u16 selector, u64 base, u8 type)
{
	return (struct kvm_segment){
		.base = base,
		.limit = 0xffff,
		.selector = selector,
		.type = type,
		.s = type > 2,
		.present = 1,
	};
}

/* Each another one, as a VM entry takes them. */
static void set_segments(struct kvm_sregs *sregs, enum mode mode)
{
	struct kvm_segment *data[] = {&sregs->es, &sregs->ss, &sregs->ds, &sregs->fs, &sregs->gs};

	for (u16 i = 0; i < COUNT_OF(data); i++)
		*data[i] = segment((u16)(0x10 + i * 8), 0x1000ull + i * 0x1000, 3);
	sregs->cs = segment(0x8, 0x10000, 11);
	if (mode == LONG) {
		sregs->cs.l = 1;
		sregs->cs.base = 0;
		sregs->ss.base = 0;
	}
	sregs->tr = segment(0x40, 0x7000, 11);
	sregs->tr.s = 0;
	sregs->ldt = segment(0x48, 0x8000, 2);
}

static struct kvm_sregs sregs_of(const struct program *program, enum mode mode)
{
	const struct mode_bits *bits = &modes[mode];
	struct kvm_sregs sregs;

	EXPECT_EQ(CALL(program->vcpu, KVM_GET_SREGS, &sregs), 0);
	set_segments(&sregs, mode);
	sregs.gdt = (struct kvm_dtable){.base = 0x9000, .limit = 0x7f};
	sregs.idt = (struct kvm_dtable){.base = 0xa000, .limit = 0xfff};
	sregs.cr0 = bits->cr0;
	sregs.cr2 = 0x12345678;
	sregs.cr3 = PAGE_TABLES;
	sregs.cr4 = bits->cr4;
	sregs.cr8 = 7;
	sregs.efer = bits->efer | IA32_EFER_SCE | IA32_EFER_NXE;
	sregs.apic_base = APIC_BASE_DEFAULT | APIC_BASE_ENABLE | APIC_BASE_BSP;
	return sregs;
}

static void expect_guest_has(const struct program *program, const struct kvm_sregs *sregs)
{
	const u64 real = CR0_PE | CR0_PG;

	EXPECT_EQ(guest_field(program, GUEST_CR0) & real, sregs->cr0 & real);
	EXPECT_EQ(guest_field(program, CR0_READ_SHADOW), sregs->cr0);
	EXPECT_EQ(guest_field(program, GUEST_CR4) & (CR4_PAE | CR4_PSE),
		  sregs->cr4 & (CR4_PAE | CR4_PSE));
	EXPECT_EQ(guest_field(program, CR4_READ_SHADOW), sregs->cr4);
	EXPECT_EQ(guest_field(program, GUEST_CR3), sregs->cr3);
	EXPECT_EQ(guest_field(program, GUEST_IA32_EFER), sregs->efer);
	EXPECT_EQ(!!(guest_field(program, VM_ENTRY_CONTROLS) & ENTRY_IA32E_MODE_GUEST),
		  sregs->cs.l);
	EXPECT_EQ(guest_field(program, GUEST_GDTR_BASE), sregs->gdt.base);
	EXPECT_EQ(guest_field(program, GUEST_GDTR_LIMIT), sregs->gdt.limit);
	EXPECT_EQ(guest_field(program, GUEST_IDTR_BASE), sregs->idt.base);
	EXPECT_EQ(guest_field(program, GUEST_IDTR_LIMIT), sregs->idt.limit);
	EXPECT_EQ(guest_field(program, GUEST_ES_BASE), sregs->es.base);
	EXPECT_EQ(guest_field(program, GUEST_CS_BASE), sregs->cs.base);
	EXPECT_EQ(guest_field(program, GUEST_SS_BASE), sregs->ss.base);
	EXPECT_EQ(guest_field(program, GUEST_DS_BASE), sregs->ds.base);
	EXPECT_EQ(guest_field(program, GUEST_FS_BASE), sregs->fs.base);
	EXPECT_EQ(guest_field(program, GUEST_GS_BASE), sregs->gs.base);
	EXPECT_EQ(guest_field(program, GUEST_LDTR_SELECTOR), sregs->ldt.selector);
	EXPECT_EQ(guest_field(program, GUEST_TR_SELECTOR), sregs->tr.selector);
	EXPECT_EQ(sim_registers_here()->cr2, sregs->cr2);
}

/* From each mode to each: whatever was, is gone. */
TEST(api_sregs_are_the_guests)
{
	struct program *program = program_start(EVERYTHING);

	for (unsigned int step = 0; step < MODES * MODES; step++) {
		struct kvm_sregs before = sregs_of(program, step / MODES);
		struct kvm_sregs sregs = sregs_of(program, step % MODES), now;

		test_context("mode %u after mode %u", step % MODES, step / MODES);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &before, 0);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &now, 0);
		EXPECT_TRUE(!memcmp(&now, &sregs, sizeof(now)));
		guest_enters(program);
		expect_guest_has(program, &sregs);
	}
	program_end(program);
}

/* --- What is refused --------------------------------------------------------------- */

#define FIELD(member) offsetof(struct kvm_sregs, member)

static const struct sregs_row {
	enum mode mode;
	size_t field; /* of 64 bits */
	u64 clear, set;
	long result;
} sregs_rows[] = {
	/* CR4: what this guest's CPUID announces. */
	{REAL, FIELD(cr4), 0, CR4_VMXE, -EINVAL},
	{REAL, FIELD(cr4), 0, BIT64(14), -EINVAL},
	{REAL, FIELD(cr4), 0, CR4_SMAP, -EINVAL},
	{REAL, FIELD(cr4), 0, CR4_PKE, -EINVAL},
	{REAL, FIELD(cr4), 0, CR4_CET, -EINVAL},
	{REAL, FIELD(cr4), 0, CR4_LA57, -EINVAL},
	{REAL, FIELD(cr4), 0, BIT64(63), -EINVAL},
	{REAL, FIELD(cr4), 0, CR4_SMEP | CR4_FSGSBASE | CR4_OSXSAVE | CR4_MCE | CR4_PCE, 0},
	{LONG, FIELD(cr4), 0, CR4_PCIDE, 0},

	/* EFER */
	{REAL, FIELD(efer), 0, BIT64(1), -EINVAL},
	{REAL, FIELD(efer), 0, BIT64(9), -EINVAL},
	{REAL, FIELD(efer), 0, BIT64(12), -EINVAL},
	{REAL, FIELD(efer), 0, BIT64(63), -EINVAL},
	{REAL, FIELD(efer), 0, IA32_EFER_LME, 0},
	{REAL, FIELD(efer), 0, IA32_EFER_LMA, -EINVAL},
	{REAL, FIELD(efer), 0, IA32_EFER_LME | IA32_EFER_LMA, -EINVAL},
	{PAE, FIELD(efer), 0, IA32_EFER_LMA, -EINVAL},
	{PAE, FIELD(efer), 0, IA32_EFER_LME, -EINVAL},
	{LONG, FIELD(efer), IA32_EFER_LMA, 0, -EINVAL},
	{LONG, FIELD(efer), IA32_EFER_LME, 0, -EINVAL},

	/* CR0 */
	{REAL, FIELD(cr0), 0, BIT64(32), -EINVAL},
	{REAL, FIELD(cr0), 0, BIT64(63), -EINVAL},
	{REAL, FIELD(cr0), 0, CR0_PG, -EINVAL},
	{PROTECTED, FIELD(cr0), CR0_PE, 0, -EINVAL},
	{REAL, FIELD(cr0), 0, CR0_NW, -EINVAL},
	{REAL, FIELD(cr0), 0, CR0_CD, 0},
	{REAL, FIELD(cr0), 0, CR0_CD | CR0_NW, 0},
	{LONG, FIELD(cr0), CR0_PG, 0, -EINVAL},

	/* Long mode: PAE, CR3 within the processor's 39 bits. */
	{LONG, FIELD(cr4), CR4_PAE, 0, -EINVAL},
	{LONG, FIELD(cr3), 0, BIT64(39), -EINVAL},
	{LONG, FIELD(cr3), 0, BIT64(63), -EINVAL},
	{LONG, FIELD(cr3), 0, BIT64(38), 0},
	{LONG, FIELD(cr3), 0, 0xfff, 0},

	/* IA32_APIC_BASE */
	{REAL, FIELD(apic_base), 0, BIT64(0), -EINVAL},
	{REAL, FIELD(apic_base), 0, BIT64(7), -EINVAL},
	{REAL, FIELD(apic_base), 0, BIT64(9), -EINVAL},
	{REAL, FIELD(apic_base), 0, BIT64(39), -EINVAL},
	{REAL, FIELD(apic_base), 0, BIT64(38), 0},
	{REAL, FIELD(apic_base), 0, APIC_BASE_X2APIC, 0},
	{REAL, FIELD(apic_base), APIC_BASE_ENABLE, 0, 0},
	{REAL, FIELD(apic_base), APIC_BASE_ENABLE, APIC_BASE_X2APIC, -EINVAL},

	/* CR8 */
	{REAL, FIELD(cr8), 0, 15, 0},
	{REAL, FIELD(cr8), 0, 16, -EINVAL},
	{REAL, FIELD(cr8), 0, BIT64(63), -EINVAL},
};

TEST(api_sregs_that_no_processor_has)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);

	for (unsigned int i = 0; i < COUNT_OF(sregs_rows); i++) {
		const struct sregs_row *row = &sregs_rows[i];
		struct kvm_sregs sregs = sregs_of(program, row->mode);
		u64 *field = (u64 *)((u8 *)&sregs + row->field);

		test_context("mode %u, offset %zu, bits 0x%llx", row->mode, row->field, row->set);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		snapshot_take(&before, program);
		*field = (*field & ~row->clear) | row->set;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, row->result);
		snapshot_take(&after, program);
		if (row->result)
			snapshot_expect_equal(&after, &before);
		else
			EXPECT_EQ(*(u64 *)((u8 *)&after.sregs + row->field), *field);
	}
	program_end(program);
}

/* Code of 64 bits is in long mode only. */
TEST(api_sregs_code_of_64_bits)
{
	struct program *program = program_start(EVERYTHING);

	for (enum mode mode = REAL; mode < MODES; mode++) {
		struct kvm_sregs sregs = sregs_of(program, mode);

		test_context("mode %u", mode);
		sregs.cs.l = 1;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, mode == LONG ? 0 : -EINVAL);
	}
	program_end(program);
}

/* An SS that is null has a privilege still: it is the CPL. */
TEST(api_sregs_null_stack_segment)
{
	struct program *program = program_start(EVERYTHING);

	for (u8 cpl = 0; cpl < 4; cpl++) {
		struct kvm_sregs sregs = sregs_of(program, LONG), now;

		test_context("CPL %u", cpl);
		sregs.ss = (struct kvm_segment){.unusable = 1, .selector = cpl, .dpl = cpl};
		sregs.cs.dpl = cpl;
		sregs.cs.selector |= cpl;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &now, 0);
		EXPECT_EQ(now.ss.unusable, 1);
		EXPECT_EQ(now.ss.dpl, cpl);
		guest_enters(program);
		EXPECT_EQ(guest_field(program, GUEST_SS_AR_BYTES), SEG_AR_UNUSABLE | (u32)cpl << 5);
	}
	program_end(program);
}

/* Bits of CR0 without a meaning are not kept; ET is always 1. */
TEST(api_sregs_cr0_has_defined_bits_only)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs sregs = sregs_of(program, REAL), now;

	sregs.cr0 = BIT64(6) | BIT64(15) | BIT64(28) | CR0_NE | CR0_WP;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &now, 0);
	EXPECT_EQ(now.cr0, CR0_ET | CR0_NE | CR0_WP);
	guest_enters(program);
	program_end(program);
}

/* Before KVM_SET_CPUID2: CR4 bits that the host has, and else what needs no feature. */
TEST(api_sregs_without_cpuid)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_sregs sregs = sregs_of(program, LONG);

	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	sregs.cr4 |= CR4_OSXSAVE;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	sregs.cr4 |= CR4_PKE;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, -EINVAL);
	sregs.cr4 = CR4_PAE;
	sregs.apic_base |= APIC_BASE_X2APIC;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, -EINVAL);
	program_end(program);
}

/* The mode of the local APIC that user space sets is the guest's. */
TEST(api_sregs_apic_base)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs sregs = sregs_of(program, REAL);
	u64 id;

	EXPECT_FALSE(msr_get(program, 0x802, &id));
	sregs.apic_base |= APIC_BASE_X2APIC;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_TRUE(msr_get(program, 0x802, &id));
	EXPECT_EQ(id, 0);
	guest_enters(program);
	EXPECT_EQ(program->run->apic_base, sregs.apic_base);
	EXPECT_EQ(program->run->cr8, sregs.cr8);
	program_end(program);
}

/* --- The interrupt that waits ------------------------------------------------------ */

TEST(api_sregs_interrupt_bitmap)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_sregs sregs = sregs_of(program, REAL), now;
	struct kvm_vcpu_events none = {0};

	for (unsigned int vector = 0; vector < 256; vector++) {
		test_context("vector %u", vector);
		EXPECT_CALL(program->vcpu, KVM_SET_VCPU_EVENTS, &none, 0);
		memset(sregs.interrupt_bitmap, 0, sizeof(sregs.interrupt_bitmap));
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_EQ(program_events(program).interrupt.injected, 0);
		sregs.interrupt_bitmap[vector / 64] = BIT64(vector % 64);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_EQ(program_events(program).interrupt.injected, 1);
		EXPECT_EQ(program_events(program).interrupt.nr, vector);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS, &now, 0);
		EXPECT_TRUE(!memcmp(now.interrupt_bitmap, sregs.interrupt_bitmap,
				    sizeof(now.interrupt_bitmap)));
		/* Of several the lowest is queued. */
		sregs.interrupt_bitmap[3] |= BIT64(63);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_EQ(program_events(program).interrupt.nr, vector);
	}
	program_end(program);
}

/* --- PDPTEs ------------------------------------------------------------------------ */

static u64 guest_pdpte(const struct program *program, unsigned int i)
{
	return guest_field(program, GUEST_PDPTE0 + 2 * i);
}

/* PDPTEs that say where they are. */
static void write_pdptes(const struct program *program, u64 gpa)
{
	u64 *at = sim_user_pointer(program->ram + gpa);

	for (u64 i = 0; i < 4; i++)
		at[i] = (gpa << 8) + (i << 12) + 1;
}

/* They are those of the new CR3 and of the new mode, not of what was before. */
TEST(api_sregs_load_pdptes)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs sregs = sregs_of(program, PAE);

	write_pdptes(program, 0x4000);
	write_pdptes(program, PAGE_TABLES);
	write_pdptes(program, 0x6020);
	sregs.cr3 = 0x4000;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 3), 0x403001);
	sregs.cr3 = PAGE_TABLES;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 0), 0x500001);
	EXPECT_EQ(guest_pdpte(program, 3), 0x503001);
	sregs.cr3 = 0x6020;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 1), 0x603001);
	guest_enters(program);

	/* In other modes there are none. */
	sregs = sregs_of(program, LONG);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 1), 0x603001);
	program_end(program);
}

/* With reserved bits, or in no memory: those there were stay, as no guest has loaded any. */
TEST(api_sregs_pdptes_that_cannot_be)
{
	static const u64 reserved[] = {BIT64(1), BIT64(2),  BIT64(5),
				       BIT64(8), BIT64(39), BIT64(63)};
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs sregs = sregs_of(program, PAE);
	u64 *last = sim_user_pointer(program->ram + 0x4000 + 3 * sizeof(u64));

	write_pdptes(program, PAGE_TABLES);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	for (unsigned int i = 0; i < COUNT_OF(reserved); i++) {
		write_pdptes(program, 0x4000);
		*last |= reserved[i];
		sregs.cr3 = 0x4000;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_EQ(guest_pdpte(program, 0), 0x500001);
	}
	/* One that is not present has no reserved bits. */
	*last &= ~(u64)1;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 0), 0x400001);
	sregs.cr3 = RAM_PAGES * PAGE;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_EQ(guest_pdpte(program, 0), 0x400001);
	program_end(program);
}

TEST(api_sregs2_round_trip)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs2 sregs2, now;

	for (enum mode mode = REAL; mode < MODES; mode++) {
		struct kvm_sregs sregs = sregs_of(program, mode);

		test_context("mode %u", mode);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS2, &sregs2, 0);
		EXPECT_EQ(sregs2.flags, mode == PAE ? KVM_SREGS2_FLAGS_PDPTRS_VALID : 0);
		EXPECT_TRUE(!memcmp(&sregs2, &sregs, offsetof(struct kvm_sregs2, flags)));
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS2, &now, 0);
		EXPECT_TRUE(!memcmp(&now, &sregs2, sizeof(now)));
	}
	program_end(program);
}

/* With the flag they are the program's, and memory's without. */
TEST(api_sregs2_pdptes)
{
	struct program *program = program_start(EVERYTHING);
	struct kvm_sregs sregs = sregs_of(program, PAE);
	struct kvm_sregs2 sregs2;

	write_pdptes(program, PAGE_TABLES);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_SREGS2, &sregs2, 0);
	EXPECT_EQ(sregs2.pdptrs[3], 0x503001);
	for (u64 i = 0; i < 4; i++)
		sregs2.pdptrs[i] = 0x20001 + (i << 12);
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, 0);
	EXPECT_EQ(guest_pdpte(program, 0), 0x20001);
	EXPECT_EQ(guest_pdpte(program, 3), 0x23001);
	sregs2.flags = 0;
	EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, 0);
	EXPECT_EQ(guest_pdpte(program, 3), 0x503001);
	program_end(program);
}

TEST(api_sregs2_refusals)
{
	static struct snapshot before, after;
	struct program *program = program_start(EVERYTHING);

	for (enum mode mode = REAL; mode < MODES; mode++) {
		struct kvm_sregs sregs = sregs_of(program, mode);
		struct kvm_sregs2 sregs2;

		test_context("mode %u", mode);
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS, &sregs, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_SREGS2, &sregs2, 0);
		snapshot_take(&before, program);
		sregs2.cr2++;
		for (unsigned int bit = 1; bit < 64; bit++) {
			sregs2.flags = BIT64(bit);
			EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, -EINVAL);
		}
		if (mode != PAE) {
			sregs2.flags = KVM_SREGS2_FLAGS_PDPTRS_VALID;
			EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, -EINVAL);
		}
		sregs2.flags = 0;
		sregs2.cr8 = 16;
		EXPECT_CALL(program->vcpu, KVM_SET_SREGS2, &sregs2, -EINVAL);
		snapshot_take(&after, program);
		snapshot_expect_equal(&after, &before);
	}
	program_end(program);
}

/* --- Debug registers --------------------------------------------------------------- */

TEST(api_debugregs_are_the_guests)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_debugregs regs =
				     {
					     .db = {0x1000, 0x2000, 0x3000, 0x4000},
					     .dr6 = DR6_BS,
					     .dr7 = 0x2,
				     },
			     now = {0};

	EXPECT_CALL(program->vcpu, KVM_SET_DEBUGREGS, &regs, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_DEBUGREGS, &now, 0);
	EXPECT_TRUE(!memcmp(now.db, regs.db, sizeof(now.db)));
	EXPECT_EQ(now.dr6, DR6_FIXED | DR6_BS);
	EXPECT_EQ(now.dr7, DR7_FIXED | 0x2);
	guest_enters(program);
	EXPECT_EQ(guest_field(program, GUEST_DR7), DR7_FIXED | 0x2);
	/* A breakpoint is on: the processor has them all. */
	EXPECT_EQ(sim_registers_here()->dr[0], 0x1000);
	EXPECT_EQ(sim_registers_here()->dr[3], 0x4000);
	EXPECT_EQ(sim_registers_here()->dr6, DR6_FIXED | DR6_BS);
	program_end(program);
}

TEST(api_debugregs_refusals)
{
	static struct snapshot before, after;
	struct program *program = program_start(A_VCPU);
	static const struct kvm_debugregs rows[] = {
		{.db = {1}, .dr6 = BIT64(32)}, {.db = {1}, .dr6 = BIT64(63)},
		{.db = {1}, .dr7 = BIT64(32)}, {.db = {1}, .dr7 = BIT64(63)},
		{.db = {1}, .flags = 1},       {.db = {1}, .flags = BIT64(63)},
	};

	snapshot_take(&before, program);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_debugregs regs = rows[i];

		test_context("row %u", i);
		EXPECT_CALL(program->vcpu, KVM_SET_DEBUGREGS, &regs, -EINVAL);
	}
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	program_end(program);
}
