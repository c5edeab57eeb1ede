// SPDX-License-Identifier: GPL-2.0
/* The registers of the local APIC: which there are, in which mode, and what hostile accesses do. */
#include "lapic_guest.h"
#include "cpuid/cpuid.h"

/* "Local APIC Register Address Map" and "x2APIC Register Address Space", typed a second time:
 * r, w in xAPIC mode, R, W in x2APIC mode. */
static const struct {
	u32 first, last;
	const char *access;
} map[] = {
	{0x20, 0x20, "rwR"},	{0x30, 0x30, "rR"},   {0x80, 0x80, "rwRW"},
	{0x90, 0x90, "r"},	{0xa0, 0xa0, "rR"},   {0xb0, 0xb0, "wW"},
	{0xc0, 0xc0, "r"},	{0xd0, 0xd0, "rwR"},  {0xe0, 0xe0, "rw"},
	{0xf0, 0xf0, "rwRW"},	{0x100, 0x270, "rR"}, {0x280, 0x280, "rwRW"},
	{0x300, 0x300, "rwRW"}, {0x310, 0x310, "rw"}, {0x320, 0x370, "rwRW"},
	{0x380, 0x380, "rwRW"}, {0x390, 0x390, "rR"}, {0x3e0, 0x3e0, "rwRW"},
	{0x3f0, 0x3f0, "W"},
};

static bool has(u32 offset, char access)
{
	for (size_t i = 0; i < COUNT_OF(map); i++)
		if (offset >= map[i].first && offset <= map[i].last)
			return strchr(map[i].access, access);
	return false;
}

TEST(lapic_x2apic_registers)
{
	struct fixture *g = apic_guest_create(1);
	u64 value;

	for (u32 msr = 0x800; msr < 0x900; msr++) {
		test_context("MSR 0x%x, xAPIC mode", msr);
		EXPECT_EQ(apic_msr_read(g->vcpu, msr, &value, false), -EINVAL);
		EXPECT_EQ(apic_msr_read(g->vcpu, msr, &value, true), -EINVAL);
		EXPECT_EQ(apic_msr_write(g->vcpu, msr, 0, false), -EINVAL);
	}
	apic_x2apic_on(g->vcpu);
	for (u32 msr = 0x800; msr < 0x900; msr++) {
		u32 offset = (msr - 0x800) * 16;

		test_context("MSR 0x%x, x2APIC mode", msr);
		value = 0;
		EXPECT_EQ(apic_msr_read(g->vcpu, msr, &value, false),
			  has(offset, 'R') ? 0 : -EINVAL);
		EXPECT_EQ(value >> 32, 0);
		if (has(offset, 'R') && has(offset, 'W'))
			EXPECT_EQ(apic_msr_write(g->vcpu, msr, value, false), 0);
		if (!has(offset, 'W'))
			EXPECT_EQ(apic_msr_write(g->vcpu, msr, 0, false), -EINVAL);
		if (offset != LAPIC_ICR)
			EXPECT_EQ(apic_msr_write(g->vcpu, msr, BIT64(32), false), -EINVAL);
	}
	fixture_destroy(g);
}

/* Each bit alone: taken and read back, or #GP. */
TEST(lapic_x2apic_reserved_bits)
{
	static const struct {
		u32 msr;
		u64 kept, ignored;
	} rows[] = {
		{0x838, 0xffffffff, 0},
		{0x808, 0xff, 0},
		{0x80b, 0, 0},
		{0x80f, 0x3ff, 0},
		{0x828, 0, 0},
		{0x832, 0x700ff, 0x1000},
		{0x833, 0x107ff, 0x1000},
		{0x834, 0x107ff, 0x1000},
		{0x835, 0x1a7ff, 0x5000},
		{0x836, 0x1a7ff, 0x5000},
		{0x837, 0x100ff, 0x1000},
		{0x83e, 0xb, 0},
		{0x830, 0xffffffff000ccfff, 0x1000},
	};
	struct fixture *g = apic_guest_create(1);

	apic_x2apic_on(g->vcpu);
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (unsigned int bit = 0; bit < 64; bit++) {
			u64 value = BIT64(bit), read;
			bool allowed = value & (rows[i].kept | rows[i].ignored);

			test_context("MSR 0x%x bit %u", rows[i].msr, bit);
			EXPECT_EQ(apic_msr_write(g->vcpu, rows[i].msr, value, false),
				  allowed ? 0 : -EINVAL);
			if (allowed && rows[i].msr != 0x80f) {
				EXPECT_EQ(apic_msr_read(g->vcpu, rows[i].msr, &read, false), 0);
				EXPECT_EQ(read, value & rows[i].kept);
			}
			apic_write(g->vcpu, LAPIC_SVR, 0x1ff);
		}
	}
	for (unsigned int bit = 8; bit < 64; bit++)
		EXPECT_EQ(apic_msr_write(g->vcpu, 0x83f, BIT64(bit) | 0x40, false), -EINVAL);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	fixture_destroy(g);
}

/* In xAPIC mode the ICR's reserved bits are kept and mean nothing; x2APIC mode begins without them.
 */
TEST(lapic_icr_reserved_bits)
{
	struct fixture *g = apic_guest_create(2);
	struct kvm_lapic_state state;

	apic_icr(g->vcpu, 0xfff33000 | 0x4051, 1);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR), 0xfff36051);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR2), 0x01000000);
	EXPECT_EQ(apic_take(&g->vcpu[1]), 0x51);
	EXPECT_EQ(apic_take(g->vcpu), -1);
	lapic_state_get(g->vcpu, &state);
	lapic_reset(g->vcpu, false);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR), 0);
	lapic_state_set(g->vcpu, &state);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR), 0xfff36051);
	apic_x2apic_on(g->vcpu);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR), 0x4051);
	lapic_state_set(g->vcpu, &state);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ICR), 0x4051);
	fixture_destroy(g);
}

/* LVT CMCI is there where IA32_MCG_CAP says so, and then like the others of the LVT. */
TEST(lapic_cmci_register)
{
	struct fixture *g = apic_guest_create(1);
	struct vcpu *vcpu = g->vcpu;
	struct kvm_lapic_state state;
	u64 value;

	apic_write(vcpu, LAPIC_LVT_CMCI, 0x51);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0);
	EXPECT_EQ(vcpu->lapic->errors, BIT32(7));
	EXPECT_EQ(msr_setup_mce(vcpu, 4 | MCG_CMCI_P), 0);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x10000);
	EXPECT_EQ(apic_read(vcpu, LAPIC_VERSION), 0x60014);
	apic_write(vcpu, LAPIC_LVT_CMCI, 0xffffffff);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x107ff);
	apic_write(vcpu, LAPIC_LVT_CMCI, 0x51);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x51);
	/* The same again changes nothing. */
	EXPECT_EQ(msr_setup_mce(vcpu, 4 | MCG_CMCI_P), 0);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x51);

	lapic_state_get(vcpu, &state);
	apic_write(vcpu, LAPIC_SVR, 0xff);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x10051);
	lapic_state_set(vcpu, &state);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x51);
	EXPECT_EQ(apic_read(vcpu, LAPIC_VERSION), 0x60014);

	apic_x2apic_on(vcpu);
	EXPECT_EQ(apic_msr_read(vcpu, 0x82f, &value, false), 0);
	EXPECT_EQ(value, 0x51);
	EXPECT_EQ(apic_msr_write(vcpu, 0x82f, 0x800, false), -EINVAL);
	EXPECT_EQ(apic_msr_write(vcpu, 0x82f, 0x1451, false), 0);
	EXPECT_EQ(apic_read(vcpu, LAPIC_LVT_CMCI), 0x451);
	lapic_reset(vcpu, true);
	EXPECT_EQ(*lapic_register(vcpu->lapic, LAPIC_LVT_CMCI), 0x10000);

	EXPECT_EQ(msr_setup_mce(vcpu, 4), 0);
	EXPECT_EQ(apic_msr_read(vcpu, 0x82f, &value, false), -EINVAL);
	lapic_state_set(vcpu, &state);
	lapic_state_get(vcpu, &state);
	EXPECT_EQ(*(u32 *)(state.regs + LAPIC_LVT_CMCI), 0);
	EXPECT_EQ(*(u32 *)(state.regs + LAPIC_VERSION), 0x50014);
	fixture_destroy(g);
}

/* TSC-deadline mode is there where CPUID says so. */
TEST(lapic_deadline_mode_follows_cpuid)
{
	struct kvm_cpuid_entry2 leaf = {.function = 1, .ecx = BIT32(21)};
	struct fixture *g = apic_guest_create(1);

	EXPECT_EQ(cpuid_set(g->vcpu, &leaf, 1), 0);
	apic_write(g->vcpu, LAPIC_LVT_TIMER, 0x40040);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_LVT_TIMER), 0x40);
	apic_x2apic_on(g->vcpu);
	EXPECT_EQ(apic_msr_write(g->vcpu, 0x832, 0x40040, false), -EINVAL);
	fixture_destroy(g);
}

/* Every offset, every length, every alignment, all ones and all zeros: an answer for each, and the
 * bytes after it are left alone. */
TEST(lapic_mmio_hostile_accesses)
{
	for (u32 offset = 0; offset < 0x1000; offset++) {
		struct fixture *g = offset % 64 ? NULL : apic_guest_create(2);
		static struct fixture *kept;

		kept = g ? g : kept;
		for (unsigned int length = 1; length <= 8; length++) {
			u8 data[16];

			test_context("offset 0x%x length %u", offset, length);
			memset(data, 0xa5, sizeof(data));
			lapic_mmio_read(kept->vcpu, 0xfee00000 + offset, length, data);
			for (unsigned int i = 0; i < sizeof(data); i++) {
				if (i >= length)
					EXPECT_EQ(data[i], 0xa5);
				else if (!has(offset & ~15u, 'r') || offset % 16 + i >= 4)
					EXPECT_EQ(data[i], 0);
			}
			memset(data, 0xff, sizeof(data));
			lapic_mmio_write(kept->vcpu, 0xfee00000 + offset, length, data);
			memset(data, 0, sizeof(data));
			lapic_mmio_write(kept->vcpu, 0xfee00000 + offset, length, data);
		}
		if (offset % 64 == 63)
			fixture_destroy(kept);
	}
}

TEST(lapic_mmio_parts_of_registers)
{
	struct fixture *g = apic_guest_create(1);
	u64 value = 0;
	u32 word = 0x12345678;

	lapic_mmio_read(g->vcpu, 0xfee00030, 1, &value);
	EXPECT_EQ(value, 0x14);
	lapic_mmio_read(g->vcpu, 0xfee00032, 2, &value);
	EXPECT_EQ(value, 0x0005);
	lapic_mmio_read(g->vcpu, 0xfee00030, 8, &value);
	EXPECT_EQ(value, 0x50014);
	/* Only whole registers can be written. */
	lapic_mmio_write(g->vcpu, 0xfee00380, 2, &word);
	lapic_mmio_write(g->vcpu, 0xfee00382, 4, &word);
	lapic_mmio_write(g->vcpu, 0xfee00380, 8, &word);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_INITIAL), 0);
	lapic_mmio_write(g->vcpu, 0xfee00380, 4, &word);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_INITIAL), 0x12345678);
	fixture_destroy(g);
}

/* Errors are noted, latched by a write, and each new one makes one interrupt. */
TEST(lapic_errors)
{
	struct fixture *g = apic_guest_create(2);
	struct irq_message bad = {.destination = 0, .vector = 15};

	apic_write(g->vcpu, LAPIC_LVT_ERROR, 0xfe);
	apic_icr(g->vcpu, 0x4005, 1);
	EXPECT_EQ(lapic_pending_vector(&g->vcpu[1]), -1);
	EXPECT_EQ(apic_take(g->vcpu), 0xfe);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	apic_icr(g->vcpu, 0x4005, 1);
	EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
	irq_message_send(&g->vm, NULL, &bad);
	EXPECT_EQ(apic_take(g->vcpu), 0xfe);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	apic_read(g->vcpu, 0x40);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ESR), 0);
	apic_write(g->vcpu, LAPIC_ESR, 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ESR), 0xe0);
	apic_write(g->vcpu, LAPIC_ESR, 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ESR), 0);
	/* An error interrupt with an illegal vector is one more error, and no end of them. */
	apic_write(g->vcpu, LAPIC_LVT_ERROR, 0x03);
	apic_read(g->vcpu, 0x40);
	apic_write(g->vcpu, LAPIC_ESR, 0);
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_ESR), 0xc0);
	fixture_destroy(g);
}

/* What was saved is what is restored, by another vCPU's hand too. */
TEST(lapic_state_round_trip)
{
	static struct kvm_lapic_state before, after;

	for (unsigned int x2apic = 0; x2apic < 2; x2apic++) {
		struct fixture *g = apic_guest_create(1);

		if (x2apic)
			apic_x2apic_on(g->vcpu);
		else
			apic_write(g->vcpu, LAPIC_LDR, 0x08000000);
		apic_write(g->vcpu, LAPIC_TPR, 0x10);
		apic_write(g->vcpu, LAPIC_LVT_LINT1, 0x400);
		apic_icr(g->vcpu, 0x4000 | 0x40000 | 0x91, 0x5a);
		EXPECT_EQ(apic_take(g->vcpu), 0x91);
		lapic_deliver(g->vcpu, IRQ_FIXED, 0xa2, true);
		apic_write(g->vcpu, LAPIC_LVT_TIMER, LVT_TIMER_PERIODIC | 0x40);
		apic_write(g->vcpu, LAPIC_TIMER_DIVIDE, 0xb);
		apic_write(g->vcpu, LAPIC_TIMER_INITIAL, 1000000);
		sim_advance_time(300000);
		lapic_state_get(g->vcpu, &before);
		lapic_reset(g->vcpu, false);
		lapic_state_set(g->vcpu, &before);
		lapic_state_get(g->vcpu, &after);
		EXPECT_EQ(memcmp(&before, &after, sizeof(after)), 0);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 700000);
		EXPECT_TRUE(apic_has(g->vcpu, LAPIC_TMR, 0xa2));
		EXPECT_EQ(apic_take(g->vcpu), 0xa2);
		apic_write(g->vcpu, LAPIC_EOI, 0);
		apic_write(g->vcpu, LAPIC_EOI, 0);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_PPR), 0x10);
		sim_advance_time(699999);
		EXPECT_EQ(apic_take(g->vcpu), -1);
		sim_advance_time(1);
		EXPECT_EQ(apic_take(g->vcpu), 0x40);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_CURRENT), 1000000);
		fixture_destroy(g);
	}
}

/* A vector that no APIC accepts can be requested in the state: it never comes, whatever the TPR. */
TEST(lapic_state_illegal_vectors)
{
	static struct kvm_lapic_state state;
	struct fixture *g = apic_guest_create(1);
	u32 requested = 0x1ffff;

	lapic_state_get(g->vcpu, &state);
	memcpy(state.regs + LAPIC_IRR, &requested, sizeof(requested));
	lapic_state_set(g->vcpu, &state);
	EXPECT_EQ(apic_take(g->vcpu), 0x10);
	EXPECT_EQ(apic_take(g->vcpu), -1);
	apic_write(g->vcpu, LAPIC_EOI, 0);
	for (u32 tpr = 0; tpr < 0x100; tpr++) {
		apic_write(g->vcpu, LAPIC_TPR, tpr);
		EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
		EXPECT_EQ(lapic_tpr_threshold(g->vcpu), 0);
	}
	EXPECT_EQ(apic_read(g->vcpu, LAPIC_IRR), 0xffff);
	fixture_destroy(g);
}

/* Whatever user space sets, the guest finds an APIC that could be. */
TEST(lapic_state_set_anything)
{
	static struct kvm_lapic_state state;

	for (unsigned int mode = 0; mode < 4; mode++) {
		struct fixture *g = apic_guest_create(2);

		test_context("mode %u", mode);
		if (mode & 1)
			apic_x2apic_on(g->vcpu);
		memset(&state, mode & 2 ? 0xff : 0x5a, sizeof(state));
		lapic_state_set(g->vcpu, &state);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_VERSION), 0x50014);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_IRR), mode & 2 ? 0xffffffff : 0x5a5a5a5a);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_ISR) & 0xffff, 0);
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_TIMER_DIVIDE) & ~0xbu, 0);
		if (mode & 1)
			EXPECT_EQ(apic_read(g->vcpu, LAPIC_ID), 0);
		for (unsigned int i = 0; i < 300; i++) {
			apic_write(g->vcpu, LAPIC_EOI, 0);
			apic_write(g->vcpu, LAPIC_TPR, 0);
			apic_take(g->vcpu);
			sim_advance_time(1000);
		}
		/* The vectors that are none never came. */
		EXPECT_EQ(apic_read(g->vcpu, LAPIC_IRR) & 0xffff, mode & 2 ? 0xffff : 0x5a5a);
		lapic_reset(g->vcpu, false);
		EXPECT_EQ(lapic_pending_vector(g->vcpu), -1);
		fixture_destroy(g);
	}
}
