// SPDX-License-Identifier: GPL-2.0
/*
 * The machine-check MSRs, KVM_X86_SETUP_MCE and KVM_X86_SET_MCE.
 *
 * SDM: "Machine-Check MSRs", "Overwrite Rules", "Machine-Check Initialization".
 * Documentation/virt/kvm/api.rst: "KVM_X86_SET_MCE".
 */
#include "guest.h"
#include "irq/registers.h"
#include "vcpu/events.h"
#include "vcpu/state.h"

#define MCG_CAP	   0x179u
#define MCG_STATUS 0x17au
#define MCG_CTL	   0x17bu
#define BANK(n)	   (0x400u + 4 * (n))
#define CTL2(n)	   (0x280u + (n))
#define CTL2_ON	   BIT64(30)

enum { CTL, STATUS, ADDR, MISC };

#define ONES (~0ull)

/* IA32_MCi_STATUS, IA32_MCG_STATUS. */
#define VALID	    BIT64(63)
#define OVERFLOW    BIT64(62)
#define UNCORRECTED BIT64(61)
#define RIPV	    BIT64(0)
#define MCIP	    BIT64(2)

static u64 read_msr(struct vcpu *vcpu, u32 msr)
{
	u64 value = 0;

	EXPECT_EQ(msr_read(vcpu, msr, &value, true), 0);
	return value;
}

static void put(struct vcpu *vcpu, u32 msr, u64 value)
{
	EXPECT_EQ(msr_write(vcpu, msr, value, true), 0);
}

/* --- KVM_X86_SETUP_MCE --- */

TEST(msr_setup_mce)
{
	static const struct {
		u64 capabilities;
		int error;
		unsigned int banks;
		u64 ctl; /* IA32_MCG_CTL */
	} rows[] = {
		{1, 0, 1, 0},
		{10, 0, 10, 0},
		{32, 0, 32, 0},
		{10 | MCG_CTL_P, 0, 10, ONES},
		{10 | MCG_CTL_P | MCG_SER_P, 0, 10, ONES},
		{10 | 0xff0000, 0, 10, 0}, /* the number of extended registers */
		{0, -EINVAL, 0, 0},
		{MCG_CTL_P, -EINVAL, 0, 0},
		{33, -EINVAL, 0, 0},
		{10 | BIT64(9), -EINVAL, 0, 0},
		{10 | BIT64(10), 0, 10, 0}, /* corrected errors' interrupt */
		{10 | BIT64(11), -EINVAL, 0, 0},
		{10 | BIT64(63), -EINVAL, 0, 0},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = guest_create();
		struct vcpu *vcpu = g->vcpu;
		u64 value;

		test_context("0x%llx", (unsigned long long)rows[i].capabilities);
		EXPECT_EQ(msr_setup_mce(vcpu, rows[i].capabilities), rows[i].error);
		EXPECT_EQ(read_msr(vcpu, MCG_CAP), rows[i].error ? 32 : rows[i].capabilities);
		EXPECT_EQ(read_msr(vcpu, MCG_CTL), rows[i].ctl);
		for (unsigned int bank = 0; !rows[i].error && bank < 32; bank++) {
			bool there = bank < rows[i].banks;

			EXPECT_EQ(msr_read(vcpu, BANK(bank) + CTL, &value, false),
				  there ? 0 : -EINVAL);
			EXPECT_EQ(msr_write(vcpu, BANK(bank) + STATUS, 0, false),
				  there ? 0 : -EINVAL);
			EXPECT_TRUE(!there || value == ONES);
		}
		fixture_destroy(g);
	}
}

/* --- What the guest may write --- */

TEST(msr_machine_check_writes)
{
	static const struct {
		const char *what;
		u64 capabilities;
		u32 msr;
		u64 value;
		bool guest, user;
	} rows[] = {
		{"MCG_CAP", 10, MCG_CAP, 10, false, false},
		{"MCG_STATUS", 10, MCG_STATUS, 0, true, true},
		{"MCG_STATUS, reserved", 10, MCG_STATUS, 0x10, false, true},
		{"MCG_CTL that is not there", 10, MCG_CTL, 0, false, true},
		{"MCG_CTL that is not there, on", 10, MCG_CTL, ONES, false, false},
		{"MCG_CTL, off", 10 | MCG_CTL_P, MCG_CTL, 0, true, true},
		{"MCG_CTL, on", 10 | MCG_CTL_P, MCG_CTL, ONES, true, true},
		{"MCG_CTL, some", 10 | MCG_CTL_P, MCG_CTL, 1, false, false},
		{"CTL, off", 10, BANK(3) + CTL, 0, true, true},
		{"CTL, on", 10, BANK(3) + CTL, ONES, true, true},
		{"CTL, all but bit 0", 10, BANK(0) + CTL, ONES & ~1ull, true, true},
		{"CTL, all but bit 10", 10, BANK(4) + CTL, ONES & ~BIT64(10), true, true},
		{"CTL, some", 10, BANK(3) + CTL, 0xff, false, false},
		{"STATUS, cleared", 10, BANK(3) + STATUS, 0, true, true},
		{"STATUS", 10, BANK(3) + STATUS, VALID, false, true},
		{"a bank beyond", 10, BANK(10) + STATUS, 0, false, false},
		{"CTL2 that is not there", 10, CTL2(3), 0, false, true},
		{"CTL2 that is not there, on", 10, CTL2(3), CTL2_ON, false, false},
		{"CTL2", 10 | MCG_CMCI_P, CTL2(9), CTL2_ON | 0x7fff, true, true},
		{"CTL2, reserved", 10 | MCG_CMCI_P, CTL2(3), BIT64(29), false, false},
		{"CTL2, of a bank beyond", 10 | MCG_CMCI_P, CTL2(10), 0, false, true},
		{"CTL2, of a bank beyond, on", 10 | MCG_CMCI_P, CTL2(10), CTL2_ON, false, false},
		{"MISC of the last", 10, BANK(9) + MISC, 0, true, true},
	};

	for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
		struct fixture *g = guest_create();
		bool user = i % 2, taken = user ? rows[i / 2].user : rows[i / 2].guest;

		test_context("%s, by %s", rows[i / 2].what, user ? "user space" : "the guest");
		EXPECT_EQ(msr_setup_mce(g->vcpu, rows[i / 2].capabilities), 0);
		EXPECT_EQ(msr_write(g->vcpu, rows[i / 2].msr, rows[i / 2].value, user),
			  taken ? 0 : -EINVAL);
		if (taken)
			EXPECT_EQ(read_msr(g->vcpu, rows[i / 2].msr), rows[i / 2].value);
		fixture_destroy(g);
	}
}

/* --- KVM_X86_SET_MCE --- */

#define OLD_ADDR 0x1000
#define NEW_ADDR 0x2000
#define NEW_MISC 0x33

enum outcome { LOGGED, NOTED, IGNORED, SHUTDOWN, REFUSED };

/* "Overwrite Rules": what is corrected does not replace what is not; else the new one stays. */
static const struct mce_row {
	const char *what;
	u64 capabilities;
	u64 before;	     /* the bank's status */
	u64 ctl, mcg_ctl;    /* IA32_MCi_CTL, IA32_MCG_CTL */
	u64 mcg_status, cr4; /* as the guest has them */
	u64 status;	     /* that is reported */
	enum outcome outcome;
	u64 after; /* the bank's status */
	bool delivered;
} mce_rows[] = {
	{"corrected", 4, 0, ONES, 0, 0, CR4_MCE, VALID | 5, LOGGED, VALID | 5, false},
	{"corrected, twice", 4, VALID | 1, ONES, 0, 0, CR4_MCE, VALID | 5, LOGGED,
	 VALID | OVERFLOW | 5, false},
	{"corrected behind uncorrected", 4, VALID | UNCORRECTED | 1, ONES, 0, 0, CR4_MCE, VALID | 5,
	 NOTED, VALID | UNCORRECTED | OVERFLOW | 1, false},
	{"corrected behind one that was cleared", 4, UNCORRECTED | 1, ONES, 0, 0, CR4_MCE,
	 VALID | 5, LOGGED, VALID | 5, false},
	{"corrected, nobody handles any", 4, 0, 0, 0, MCIP, 0, VALID | 5, LOGGED, VALID | 5, false},
	{"uncorrected", 4, 0, ONES, 0, 0, CR4_MCE, VALID | UNCORRECTED | 5, LOGGED,
	 VALID | UNCORRECTED | 5, true},
	{"uncorrected behind corrected", 4, VALID | 1, ONES, 0, 0, CR4_MCE, VALID | UNCORRECTED | 5,
	 LOGGED, VALID | UNCORRECTED | OVERFLOW | 5, true},
	{"uncorrected, twice", 4, VALID | UNCORRECTED | 1, ONES, 0, 0, CR4_MCE,
	 VALID | UNCORRECTED | 5, LOGGED, VALID | UNCORRECTED | OVERFLOW | 5, true},
	{"uncorrected, the bank is off", 4, 0, 0, 0, 0, CR4_MCE, VALID | UNCORRECTED | 5, IGNORED,
	 0, false},
	{"uncorrected, all are off", 4 | MCG_CTL_P, 0, ONES, 0, 0, CR4_MCE, VALID | UNCORRECTED | 5,
	 IGNORED, 0, false},
	{"uncorrected, all are on", 4 | MCG_CTL_P, 0, ONES, ONES, 0, CR4_MCE,
	 VALID | UNCORRECTED | 5, LOGGED, VALID | UNCORRECTED | 5, true},
	{"uncorrected while one is handled", 4, 0, ONES, 0, MCIP, CR4_MCE, VALID | UNCORRECTED | 5,
	 SHUTDOWN, 0, false},
	{"uncorrected, CR4.MCE = 0", 4, 0, ONES, 0, 0, 0, VALID | UNCORRECTED | 5, SHUTDOWN, 0,
	 false},
	{"not valid", 4, 0, ONES, 0, 0, CR4_MCE, UNCORRECTED | 5, REFUSED, 0, false},
};

static void set_up(struct vcpu *vcpu, const struct mce_row *row, unsigned int bank)
{
	EXPECT_EQ(msr_setup_mce(vcpu, row->capabilities), 0);
	put(vcpu, BANK(bank) + CTL, row->ctl);
	put(vcpu, BANK(bank) + STATUS, row->before);
	put(vcpu, BANK(bank) + ADDR, OLD_ADDR);
	put(vcpu, MCG_STATUS, row->mcg_status);
	if (row->capabilities & MCG_CTL_P)
		put(vcpu, MCG_CTL, row->mcg_ctl);
	vcpu_cr4_store(vcpu, row->cr4);
	vcpu->requests = 0;
}

static void expect_outcome(struct vcpu *vcpu, const struct mce_row *row, unsigned int bank)
{
	bool logged = row->outcome == LOGGED;

	EXPECT_EQ(read_msr(vcpu, BANK(bank) + STATUS), row->after);
	EXPECT_EQ(read_msr(vcpu, BANK(bank) + ADDR), logged ? NEW_ADDR : OLD_ADDR);
	EXPECT_EQ(read_msr(vcpu, BANK(bank) + MISC), logged ? NEW_MISC : 0);
	EXPECT_EQ(read_msr(vcpu, MCG_STATUS), row->delivered ? MCIP | RIPV : row->mcg_status);
	EXPECT_EQ(vcpu->events.exception.pending, row->delivered);
	if (row->delivered) {
		EXPECT_EQ(vcpu->events.exception.vector, VECTOR_MC);
		EXPECT_FALSE(vcpu->events.exception.has_error);
	}
	EXPECT_EQ(vcpu->requests, row->outcome == SHUTDOWN ? BIT32(VCPU_REQUEST_TRIPLE_FAULT) : 0);
}

TEST(msr_set_mce)
{
	const unsigned int bank = 3;

	for (size_t i = 0; i < COUNT_OF(mce_rows); i++) {
		const struct mce_row *row = &mce_rows[i];
		struct fixture *g = guest_create();
		const struct kvm_x86_mce mce = {
			.status = row->status,
			.addr = NEW_ADDR,
			.misc = NEW_MISC,
			.mcg_status = MCIP | RIPV,
			.bank = bank,
		};

		test_context("%s", row->what);
		set_up(g->vcpu, row, bank);
		EXPECT_EQ(msr_set_mce(g->vcpu, &mce), row->outcome == REFUSED ? -EINVAL : 0);
		expect_outcome(g->vcpu, row, bank);
		fixture_destroy(g);
	}
}

TEST(msr_set_mce_of_no_bank)
{
	struct fixture *g = guest_create();
	struct kvm_x86_mce mce = {.status = VALID, .bank = 4};

	EXPECT_EQ(msr_setup_mce(g->vcpu, 4), 0);
	EXPECT_EQ(msr_set_mce(g->vcpu, &mce), -EINVAL);
	mce.bank = 0xff;
	EXPECT_EQ(msr_set_mce(g->vcpu, &mce), -EINVAL);
	mce.bank = 3;
	EXPECT_EQ(msr_set_mce(g->vcpu, &mce), 0);
	fixture_destroy(g);
}

/* --- "Corrected Machine Check Error Interrupt" --- */

#define CORRUPT	 BIT64(57)
#define SIGNALED BIT64(56)
#define ACTION	 BIT64(55)
#define COUNT(n) ((u64)(n) << 38)
#define VECTOR	 0x51u

static const struct cmci_row {
	const char *what;
	u64 status, ctl2;
	u32 lvt;
	u64 mcg_status;
	bool delivered;
} cmci_rows[] = {
	{"corrected, one", VALID | COUNT(1), CTL2_ON | 1, VECTOR, 0, true},
	{"corrected, without a count", VALID, CTL2_ON | 1, VECTOR, 0, true},
	{"corrected, while a machine check is handled", VALID, CTL2_ON | 1, VECTOR, MCIP, true},
	{"corrected, without a threshold", VALID, CTL2_ON, VECTOR, 0, true},
	{"corrected, too few", VALID | COUNT(4), CTL2_ON | 5, VECTOR, 0, false},
	{"corrected, enough", VALID | COUNT(5), CTL2_ON | 5, VECTOR, 0, true},
	{"corrected, all", VALID | COUNT(0x7fff), CTL2_ON | 0x7fff, VECTOR, 0, true},
	{"corrected, switched off", VALID | COUNT(5), 5, VECTOR, 0, false},
	{"masked", VALID | COUNT(1), CTL2_ON | 1, VECTOR | LVT_MASKED, 0, false},
	{"an SMI", VALID | COUNT(1), CTL2_ON | 1, VECTOR | IRQ_SMI << 8, 0, false},
	{"an INIT", VALID | COUNT(1), CTL2_ON | 1, VECTOR | IRQ_INIT << 8, 0, false},
	{"no action", VALID | UNCORRECTED, CTL2_ON | 5, VECTOR, 0, true},
	{"no action, switched off", VALID | UNCORRECTED, 5, VECTOR, 0, false},
};

static bool cmci_waits(struct vcpu *vcpu)
{
	return lapic_pending_vector(vcpu) == (int)VECTOR;
}

static struct fixture *cmci_guest(u32 lvt, u64 ctl2)
{
	struct fixture *g = FIXTURE(.vcpus = 1, .irqchip = true, .exiting = true, .prepared = true);
	struct lapic *lapic = g->vcpu->lapic;

	EXPECT_EQ(msr_setup_mce(g->vcpu, 4 | MCG_CMCI_P), 0);
	lapic_put(lapic, LAPIC_SVR, SVR_ENABLE | SVR_RESET);
	lapic_put(lapic, LAPIC_LVT_CMCI, lvt);
	put(g->vcpu, CTL2(3), ctl2);
	vcpu_cr4_store(g->vcpu, CR4_MCE);
	return g;
}

TEST(msr_cmci)
{
	for (size_t i = 0; i < COUNT_OF(cmci_rows); i++) {
		const struct cmci_row *row = &cmci_rows[i];
		const struct kvm_x86_mce mce = {.status = row->status,
						.addr = NEW_ADDR,
						.bank = 3,
						.mcg_status = row->mcg_status};
		struct fixture *g = cmci_guest(row->lvt, row->ctl2);

		test_context("%s", row->what);
		put(g->vcpu, BANK(3) + CTL, 0);
		EXPECT_EQ(msr_set_mce(g->vcpu, &mce), 0);
		EXPECT_EQ(cmci_waits(g->vcpu), row->delivered);
		EXPECT_EQ(read_msr(g->vcpu, BANK(3) + STATUS), row->status);
		EXPECT_EQ(read_msr(g->vcpu, BANK(3) + ADDR), NEW_ADDR);
		EXPECT_FALSE(g->vcpu->events.exception.pending);
		EXPECT_FALSE(g->vcpu->lapic->signals);
		fixture_destroy(g);
	}
}

/* Only what asks nothing of anybody comes without a machine check. */
TEST(msr_cmci_is_no_machine_check)
{
	static const struct {
		u64 status, mcg_status;
		bool exception;
	} rows[] = {
		{0, 0, false},	   {CORRUPT, 0, true}, {SIGNALED, 0, true},
		{ACTION, 0, true}, {0, MCIP, true},    {0, RIPV, true},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = cmci_guest(VECTOR, CTL2_ON);
		const struct kvm_x86_mce mce = {.status = VALID | UNCORRECTED | rows[i].status,
						.mcg_status = rows[i].mcg_status,
						.bank = 3};

		test_context("row %zu", i);
		EXPECT_EQ(msr_set_mce(g->vcpu, &mce), 0);
		EXPECT_EQ(g->vcpu->events.exception.pending, rows[i].exception);
		EXPECT_EQ(cmci_waits(g->vcpu), !rows[i].exception);
		fixture_destroy(g);
	}
}

TEST(msr_cmci_as_nmi)
{
	const struct kvm_x86_mce mce = {.status = VALID, .bank = 3};
	struct fixture *g = cmci_guest(IRQ_NMI << 8, CTL2_ON);

	EXPECT_EQ(msr_set_mce(g->vcpu, &mce), 0);
	vcpu_take_nmis(g->vcpu);
	EXPECT_EQ(g->vcpu->events.nmi.pending, 1);
	fixture_destroy(g);
}

TEST(msr_cmci_of_a_disabled_apic)
{
	const struct kvm_x86_mce mce = {.status = VALID, .bank = 3};
	struct fixture *g = cmci_guest(VECTOR, CTL2_ON);

	g->vcpu->apic_base &= ~APIC_BASE_ENABLE;
	EXPECT_EQ(msr_set_mce(g->vcpu, &mce), 0);
	g->vcpu->apic_base |= APIC_BASE_ENABLE;
	EXPECT_FALSE(cmci_waits(g->vcpu));
	fixture_destroy(g);
}
