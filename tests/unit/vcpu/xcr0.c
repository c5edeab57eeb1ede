// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest may write to XCR0: which state components need which others, and which there are.
 *
 * SDM: "XSETBV - Set Extended Control Register", "Enabling the XSAVE Feature Set and
 * XSAVE-Enabled Features".
 */
#include "../emulate/machine.h"
#include "cpuid/cpuid.h"
#include "exit/exit.h"
#include "sim.h"
#include "test.h"

#define LENGTH 3

#define X87    BIT64(0)
#define SSE    BIT64(1)
#define AVX    BIT64(2)
#define BND    (BIT64(3) | BIT64(4))
#define AVX512 (BIT64(5) | BIT64(6) | BIT64(7))
#define PKRU   BIT64(9)
#define HOST   (X87 | SSE | AVX | BND | AVX512 | PKRU)

static const struct {
	u64 offered; /* in CPUID leaf 0DH */
	u32 index;
	u64 value;
	bool allowed;
} rows[] = {
	{X87 | SSE, 0, X87, true},
	{X87 | SSE, 0, X87 | SSE, true},
	{X87 | SSE, 0, SSE, false},
	{X87 | SSE, 0, 0, false},
	{X87 | SSE, 0, X87 | SSE | AVX, false},
	{X87 | SSE, 1, X87, false},
	{X87 | SSE, 0xffffffff, X87, false},
	{X87 | SSE | AVX, 0, X87 | SSE | AVX, true},
	{X87 | SSE | AVX, 0, X87 | AVX, false},
	{X87 | SSE | AVX, 0, X87 | SSE | AVX | BIT64(63), false},
	{X87 | SSE | AVX | AVX512, 0, X87 | SSE | AVX | AVX512, true},
	{X87 | SSE | AVX | AVX512, 0, X87 | SSE | AVX, true},
	{X87 | SSE | AVX | AVX512, 0, X87 | SSE | AVX512, false},
	{X87 | SSE | AVX | AVX512, 0, X87 | SSE | AVX | BIT64(5), false},
	{X87 | SSE | AVX | AVX512, 0, X87 | SSE | AVX | BIT64(6) | BIT64(7), false},
	/* The processor has these too, and the guest was told of them: Lintel has not. */
	{X87 | SSE | AVX | PKRU, 0, X87 | SSE | AVX | PKRU, false},
	{X87 | SSE | BND, 0, X87 | BND, false},
};

static bool took_gp(const struct vcpu *vcpu)
{
	return vcpu->events.exception.pending && vcpu->events.exception.vector == VECTOR_GP &&
	       vcpu->events.exception.has_error && !vcpu->events.exception.error;
}

static void execute_xsetbv(struct vcpu *vcpu, u32 index, u64 value)
{
	vcpu->exit = (struct exit_info){.reason = EXIT_REASON_XSETBV,
					.instruction_length = LENGTH,
					.rip = vcpu_rip_read(vcpu)};
	vcpu->events.exception.pending = false;
	/* The upper halves do not count. */
	vcpu_reg_write(vcpu, REG_RCX, index | 0xabcd00000000ull);
	vcpu_reg_write(vcpu, REG_RAX, (u32)value | 0xabcd00000000ull);
	vcpu_reg_write(vcpu, REG_RDX, value >> 32 | 0xabcd00000000ull);
	EXPECT_EQ(exit_dispatch(vcpu), ACTION_SAME_INSN);
}

static void set_xcr0_cpuid(struct vcpu *vcpu, u64 offered)
{
	struct kvm_cpuid_entry2 entry[] = {
		{.function = 0, .eax = 0xd},
		{.function = 1, .ecx = BIT32(26)},
		{.function = 0xd, .eax = (u32)offered, .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX},
	};

	EXPECT_EQ(cpuid_set(vcpu, entry, COUNT_OF(entry)), 0);
}

TEST(xcr0_by_xsetbv)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct machine *m;
		u64 rip;

		sim_set_xcr0(HOST, HOST);
		m = machine_create(MODE_LONG);
		test_context("row %zu", i);
		set_xcr0_cpuid(&m->vcpu, rows[i].offered);
		rip = vcpu_rip_read(&m->vcpu);
		execute_xsetbv(&m->vcpu, rows[i].index, rows[i].value);
		EXPECT_EQ(took_gp(&m->vcpu), !rows[i].allowed);
		EXPECT_EQ(m->vcpu.xcr0, rows[i].allowed ? rows[i].value : X87);
		EXPECT_EQ(vcpu_rip_read(&m->vcpu), rip + (rows[i].allowed ? LENGTH : 0));
		/* Only CPL 0 may. */
		machine_set_cpl(m, 3);
		execute_xsetbv(&m->vcpu, 0, X87);
		EXPECT_TRUE(took_gp(&m->vcpu));
		machine_destroy(m);
	}
}
