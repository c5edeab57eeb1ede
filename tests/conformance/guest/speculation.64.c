// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs that control speculation, where CPUID announces them, and where it does not.
 *
 * SDM: "Indirect Branch Control Mechanisms", "Speculative Store Bypass Disable (SSBD)".
 */
#include "rt64.h"

#define MSR_SPEC_CTRL 0x48
#define MSR_PRED_CMD  0x49

/* CPUID.(EAX=07H,ECX=0):EDX */
static const struct {
	unsigned int announced_by;
	u64 bit;
	const char *text;
} controls[] = {
	{26, 1, "IBRS is kept, round an exit too"},
	{27, 2, "so is STIBP"},
	{31, 4, "so is SSBD"},
};

static void check_kept(u64 value, const char *text)
{
	CHECK_EQ(try_wrmsr(MSR_SPEC_CTRL, value), NO_FAULT, "the control can be set");
	cpuid(0);
	CHECK_EQ(rdmsr(MSR_SPEC_CTRL), value, text);
	wrmsr(MSR_SPEC_CTRL, 0);
	cpuid(0);
	CHECK_EQ(rdmsr(MSR_SPEC_CTRL), 0, "and cleared");
}

void guest_main(void)
{
	u32 features = cpuid_or_zero(7).edx;
	bool has_control = features >> 26 & 1;

	if (!has_control) {
		CHECK_EQ(try_rdmsr(MSR_SPEC_CTRL), VECTOR_GP,
			 "without IBRS reading SPEC_CTRL is #GP");
		CHECK_EQ(try_wrmsr(MSR_SPEC_CTRL, 1), VECTOR_GP, "and writing it");
		CHECK_EQ(try_wrmsr(MSR_PRED_CMD, 1), VECTOR_GP, "and PRED_CMD");
		return;
	}
	for (unsigned int i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (features >> controls[i].announced_by & 1)
			check_kept(controls[i].bit, controls[i].text);
	CHECK_EQ(try_wrmsr(MSR_SPEC_CTRL, 1ull << 63), VECTOR_GP,
		 "a reserved bit of SPEC_CTRL is #GP");
	CHECK_EQ(rdmsr(MSR_SPEC_CTRL), 0, "and changes nothing");
	CHECK_EQ(try_wrmsr(MSR_PRED_CMD, 1), NO_FAULT, "IBPB is taken");
	CHECK_EQ(try_wrmsr(MSR_PRED_CMD, 1ull << 63), VECTOR_GP,
		 "a reserved bit of PRED_CMD is #GP");
	CHECK_EQ(try_rdmsr(MSR_PRED_CMD), VECTOR_GP, "PRED_CMD cannot be read");
}
