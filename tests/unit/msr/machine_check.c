// SPDX-License-Identifier: GPL-2.0
/*
 * The machine-check MSRs, KVM_X86_SETUP_MCE and KVM_X86_SET_MCE.
 *
 * SDM: "Machine-Check MSRs", "Overwrite Rules", "Machine-Check Initialization".
 * Documentation/virt/kvm/api.rst: "KVM_X86_SET_MCE".
 */
#include "guest.h"
#include "vcpu/state.h"

#define MCG_CAP	   0x179u
#define MCG_STATUS 0x17au
#define MCG_CTL	   0x17bu
#define BANK(n)	   (0x400u + 4 * (n))

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
		{10 | BIT64(10), -EINVAL, 0, 0}, /* corrected errors' interrupt */
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
