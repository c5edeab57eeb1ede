// SPDX-License-Identifier: GPL-2.0
/*
 * IA32_SPEC_CTRL, IA32_PRED_CMD, IA32_ARCH_CAPABILITIES: which bits a guest may set that has these
 * features, what user space may restore, and what reaches the processor.
 *
 * SDM: "Indirect Branch Control Mechanisms", "Speculative Store Bypass Disable (SSBD)".
 */
#include "guest.h"
#include "life/life.h"
#include "vcpu/state.h"

#define SPEC_CTRL	  0x48u
#define PRED_CMD	  0x49u
#define ARCH_CAPABILITIES 0x10au

/* CPUID.(EAX=7,ECX=0):EDX. */
#define IBRS_IBPB    BIT32(26)
#define STIBP	     BIT32(27)
#define ARCH_CAPS    BIT32(29)
#define SSBD	     BIT32(31)
#define ALL_CONTROLS (IBRS_IBPB | STIBP | SSBD)

#define NOT_WRITTEN 0x5aull /* in the processor's IA32_PRED_CMD */

/* A processor that has these features, and a guest that was told of those. */
static struct fixture *ready(u32 host, u32 told)
{
	struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 7},
		{.function = 7, .edx = told, .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX},
	};
	struct fixture *g;

	sim_reset();
	sim_cpuid_set(7, 0, 0, 0, 0, host);
	sim_msr_set(0, PRED_CMD, NOT_WRITTEN);
	sim_msr_set(0, ARCH_CAPABILITIES, 0x6b);
	g = guest_create();
	EXPECT_EQ(cpuid_set(g->vcpu, entry, COUNT_OF(entry)), 0);
	return g;
}

/* --- IA32_SPEC_CTRL --- */

TEST(msr_spec_ctrl_bits)
{
	static const struct {
		u32 host, told;
		u64 value;
		bool guest, user; /* who may write it */
	} rows[] = {
		{ALL_CONTROLS, ALL_CONTROLS, 0, true, true},
		{ALL_CONTROLS, ALL_CONTROLS, 7, true, true},
		{ALL_CONTROLS, ALL_CONTROLS, 8, false, false},
		{ALL_CONTROLS, ALL_CONTROLS, BIT64(63) | 1, false, false},
		{ALL_CONTROLS, IBRS_IBPB, 1, true, true},
		{ALL_CONTROLS, IBRS_IBPB, 4, false, true},
		{ALL_CONTROLS, STIBP, 2, true, true},
		{ALL_CONTROLS, STIBP, 1, false, true},
		{ALL_CONTROLS, SSBD, 4, true, true},
		{ALL_CONTROLS, SSBD, 1, false, true},
		{ALL_CONTROLS, 0, 0, false, true}, /* there is no such MSR */
		{ALL_CONTROLS, 0, 7, false, true},
		/* What the processor lacks, whatever the guest was told. */
		{IBRS_IBPB, ALL_CONTROLS, 1, true, true},
		{IBRS_IBPB, ALL_CONTROLS, 4, false, false},
		{0, ALL_CONTROLS, 0, false, false},
	};

	for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
		struct fixture *g = ready(rows[i / 2].host, rows[i / 2].told);
		struct vcpu *vcpu = g->vcpu;
		bool user = i % 2, taken = user ? rows[i / 2].user : rows[i / 2].guest;
		u64 value = rows[i / 2].value, now = ~0ull;

		test_context("row %zu, by %s", i / 2, user ? "user space" : "the guest");
		EXPECT_EQ(msr_write(vcpu, SPEC_CTRL, value, user), taken ? 0 : -EINVAL);
		/* What the world switch loads. */
		EXPECT_EQ(vcpu->spec_ctrl, taken ? value : 0);
		if (taken) {
			EXPECT_EQ(msr_read(vcpu, SPEC_CTRL, &now, user), 0);
			EXPECT_EQ(now, value);
		}
		fixture_destroy(g);
	}
}

/* "Processor State After Reset": a processor that starts anew speculates as it did at first. */
TEST(msr_spec_ctrl_after_init)
{
	struct fixture *g = ready(ALL_CONTROLS, ALL_CONTROLS);

	EXPECT_EQ(msr_write(g->vcpu, SPEC_CTRL, 7, false), 0);
	vmx_vcpu_reset(g->vcpu, true);
	EXPECT_EQ(g->vcpu->spec_ctrl, 0);
	fixture_destroy(g);
}

/* --- IA32_PRED_CMD --- */

TEST(msr_pred_cmd_is_the_processors)
{
	static const struct {
		u32 told;
		u64 value;
		int error;
		u64 written; /* to the processor's */
	} rows[] = {
		{IBRS_IBPB, 1, 0, 1},
		{IBRS_IBPB, 0, 0, NOT_WRITTEN},
		{IBRS_IBPB, 2, -EINVAL, NOT_WRITTEN},
		{IBRS_IBPB, BIT64(32) | 1, -EINVAL, NOT_WRITTEN},
		{STIBP | SSBD, 1, -EINVAL, NOT_WRITTEN},
		{0, 0, -EINVAL, NOT_WRITTEN},
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fixture *g = ready(ALL_CONTROLS, rows[i].told);
		u64 value = 0;

		test_context("row %zu", i);
		EXPECT_EQ(msr_write(g->vcpu, PRED_CMD, rows[i].value, false), rows[i].error);
		EXPECT_TRUE(sim_msr_get(0, PRED_CMD, &value));
		EXPECT_EQ(value, rows[i].written);
		EXPECT_EQ(msr_read(g->vcpu, PRED_CMD, &value, false), -EINVAL);
		fixture_destroy(g);
	}
}

/* --- IA32_ARCH_CAPABILITIES --- */

TEST(msr_arch_capabilities_are_not_more_than_the_processors)
{
	struct fixture *g = ready(ALL_CONTROLS | ARCH_CAPS, ARCH_CAPS);
	u64 host = host_arch_capabilities(), value = ~host;

	EXPECT_EQ(host, 0x6b);
	EXPECT_EQ(msr_read(g->vcpu, ARCH_CAPABILITIES, &value, false), 0);
	EXPECT_EQ(value, host);
	EXPECT_EQ(msr_write(g->vcpu, ARCH_CAPABILITIES, host, false), -EINVAL);
	for (unsigned int bit = 0; bit < 64; bit++) {
		test_context("bit %u", bit);
		EXPECT_EQ(msr_write(g->vcpu, ARCH_CAPABILITIES, BIT64(bit), true),
			  host & BIT64(bit) ? 0 : -EINVAL);
	}
	EXPECT_EQ(msr_write(g->vcpu, ARCH_CAPABILITIES, 0, true), 0);
	EXPECT_EQ(msr_read(g->vcpu, ARCH_CAPABILITIES, &value, false), 0);
	EXPECT_EQ(value, 0);
	fixture_destroy(g);
}
