// SPDX-License-Identifier: GPL-2.0
/* KVM_GET/SET_FPU, _XSAVE, _XCRS.  SDM: "Legacy Region of an XSAVE Area", "XSAVE Header". */
#include "guest_sees.h"
#include "snapshot.h"

/* Where the SDM has what in an XSAVE area. */
enum {
	FCW = 0,
	FSW = 2,
	FTW = 4,
	FOP = 6,
	FIP = 8,
	FDP = 16,
	MXCSR = 24,
	ST = 32,
	XMM = 160,
	XSTATE_BV = 512,
	XCOMP_BV = 520,
	YMM_HIGH = 576,
};
enum { X87 = 1, SSE = 2, AVX = 4 };

static u64 field(const struct kvm_xsave *xsave, unsigned int offset, size_t size)
{
	u64 value = 0;

	memcpy(&value, (const u8 *)xsave + offset, size);
	return value;
}

static void set_field(struct kvm_xsave *xsave, unsigned int offset, size_t size, u64 value)
{
	memcpy((u8 *)xsave + offset, &value, size);
}

static struct kvm_xsave xsave_get(const struct program *program)
{
	struct kvm_xsave xsave;

	EXPECT_EQ(CALL(program->vcpu, KVM_GET_XSAVE, &xsave), 0);
	return xsave;
}

/* All registers another value, AVX's too. */
static void xsave_fill(struct program *program)
{
	struct kvm_xsave xsave = xsave_get(program);

	memset((u8 *)&xsave + ST, 0x5a, 8 * 16);
	memset((u8 *)&xsave + XMM, 0xa5, 16 * 16);
	memset((u8 *)&xsave + YMM_HIGH, 0xc3, 16 * 16);
	set_field(&xsave, FCW, 2, 0x27f);
	set_field(&xsave, MXCSR, 4, 0x1fa0);
	set_field(&xsave, XSTATE_BV, 8, X87 | SSE | AVX);
	EXPECT_CALL(program->vcpu, KVM_SET_XSAVE, &xsave, 0);
}

static struct kvm_fpu some_fpu(void)
{
	struct kvm_fpu fpu = {
		.fcw = 0x27f,
		.fsw = 0x3800,
		.ftwx = 0x81,
		.last_opcode = 0x123,
		.last_ip = 0x1122334455667788,
		.last_dp = 0x8877665544332211,
		.mxcsr = 0x1fbf,
	};

	for (unsigned int i = 0; i < sizeof(fpu.fpr); i++)
		fpu.fpr[i / 16][i % 16] = (u8)(i + 1);
	for (unsigned int i = 0; i < sizeof(fpu.xmm); i++)
		fpu.xmm[i / 16][i % 16] = (u8)(i ^ 0x80);
	return fpu;
}

TEST(api_fpu_is_the_guests)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_fpu fpu = some_fpu(), now;
	struct kvm_xsave xsave;

	xsave_fill(program);
	EXPECT_CALL(program->vcpu, KVM_SET_FPU, &fpu, 0);
	EXPECT_CALL(program->vcpu, KVM_GET_FPU, &now, 0);
	/* MXCSR is given, and not taken. */
	fpu.mxcsr = 0x1fa0;
	EXPECT_TRUE(!memcmp(&now, &fpu, sizeof(now)));

	xsave = xsave_get(program);
	EXPECT_EQ(field(&xsave, FCW, 2), fpu.fcw);
	EXPECT_EQ(field(&xsave, FSW, 2), fpu.fsw);
	EXPECT_EQ(field(&xsave, FTW, 1), fpu.ftwx);
	EXPECT_EQ(field(&xsave, FOP, 2), fpu.last_opcode);
	EXPECT_EQ(field(&xsave, FIP, 8), fpu.last_ip);
	EXPECT_EQ(field(&xsave, FDP, 8), fpu.last_dp);
	EXPECT_TRUE(!memcmp((u8 *)&xsave + ST, fpu.fpr, sizeof(fpu.fpr)));
	EXPECT_TRUE(!memcmp((u8 *)&xsave + XMM, fpu.xmm, sizeof(fpu.xmm)));
	/* What struct kvm_fpu has no place for stays. */
	EXPECT_EQ(field(&xsave, YMM_HIGH, 1), 0xc3);
	EXPECT_EQ(field(&xsave, XSTATE_BV, 8), X87 | SSE | AVX);
	program_end(program);
}

/* A component that is not in use has its initial value, whatever its bytes are. */
TEST(api_fpu_not_in_use)
{
	static const struct {
		u64 in_use;
		u32 fcw, mxcsr;
		u8 st, xmm;
	} rows[] = {
		{0, 0x37f, 0x1f80, 0, 0},
		{X87, 0x27f, 0x1f80, 0x5a, 0},
		{SSE, 0x37f, 0x1fa0, 0, 0xa5},
		{AVX, 0x37f, 0x1fa0, 0, 0},
		{X87 | SSE, 0x27f, 0x1fa0, 0x5a, 0xa5},
	};
	struct program *program = program_start(A_VCPU);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_xsave xsave;
		struct kvm_fpu fpu;

		test_context("XSTATE_BV %llu", rows[i].in_use);
		xsave_fill(program);
		xsave = xsave_get(program);
		set_field(&xsave, XSTATE_BV, 8, rows[i].in_use);
		EXPECT_CALL(program->vcpu, KVM_SET_XSAVE, &xsave, 0);
		EXPECT_CALL(program->vcpu, KVM_GET_FPU, &fpu, 0);
		EXPECT_EQ(fpu.fcw, rows[i].fcw);
		EXPECT_EQ(fpu.mxcsr, rows[i].mxcsr);
		EXPECT_EQ(fpu.fpr[7][9], rows[i].st);
		EXPECT_EQ(fpu.xmm[15][15], rows[i].xmm);
		/* Set again, it is in use. */
		EXPECT_CALL(program->vcpu, KVM_SET_FPU, &fpu, 0);
		xsave = xsave_get(program);
		EXPECT_EQ(field(&xsave, XSTATE_BV, 8), rows[i].in_use | X87 | SSE);
	}
	program_end(program);
}

/* A host without XSAVE has the legacy region alone, always in use, and no XCR0. */
TEST(api_fpu_without_xsave)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_xcrs xcrs = {.nr_xcrs = 1};
	struct kvm_fpu fpu;

	xsave_fill(program);
	sim_set_xcr0(0, 3);
	sim_file_vcpu(program->vcpu)->host.fpu[XSTATE_BV / 4] = 0;
	EXPECT_CALL(program->vcpu, KVM_GET_FPU, &fpu, 0);
	EXPECT_EQ(fpu.fcw, 0x27f);
	EXPECT_EQ(fpu.mxcsr, 0x1fa0);
	EXPECT_EQ(fpu.xmm[0][0], 0xa5);
	EXPECT_CALL(program->vcpu, KVM_GET_XCRS, &xcrs, -EINVAL);
	EXPECT_CALL(program->vcpu, KVM_SET_XCRS, &xcrs, -EINVAL);
	EXPECT_EQ(sim_ioctl(program->device, KVM_CHECK_EXTENSION, KVM_CAP_XCRS), 0);
	program_end(program);
}

TEST(api_xsave_round_trip)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_xsave xsave, now, now2;

	xsave_fill(program);
	xsave = xsave_get(program);
	xsave_fill(program);
	now = xsave_get(program);
	EXPECT_TRUE(!memcmp(&now, &xsave, sizeof(now)));
	EXPECT_CALL(program->vcpu, KVM_GET_XSAVE2, &now2, 0);
	EXPECT_TRUE(!memcmp(&now2, &xsave, sizeof(now2)));
	program_end(program);
}

TEST(api_xsave_refusals)
{
	static const struct {
		unsigned int offset;
		u64 value;
	} rows[] = {
		{XSTATE_BV, BIT64(3)}, {XSTATE_BV, BIT64(63)}, {XCOMP_BV, BIT64(63)},
		{XCOMP_BV, 1},	       {XCOMP_BV + 48, 1},     {MXCSR, 0xffff1f80 | BIT64(16)},
	};
	static struct snapshot before, after;
	struct program *program = program_start(A_VCPU);

	xsave_fill(program);
	snapshot_take(&before, program);
	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_xsave xsave = xsave_get(program);

		test_context("offset %u", rows[i].offset);
		set_field(&xsave, ST, 8, 0);
		set_field(&xsave, rows[i].offset, rows[i].offset == MXCSR ? 4 : 8, rows[i].value);
		EXPECT_CALL(program->vcpu, KVM_SET_XSAVE, &xsave, -EINVAL);
	}
	snapshot_take(&after, program);
	snapshot_expect_equal(&after, &before);
	program_end(program);
}

/* --- XCR0 -------------------------------------------------------------------------- */

/* A guest without XSAVE has x87 alone: what is given can be set. */
TEST(api_xcrs_without_cpuid)
{
	struct program *program = program_start(A_VCPU);
	struct kvm_xcrs xcrs = {0};

	EXPECT_CALL(program->vcpu, KVM_GET_XCRS, &xcrs, 0);
	EXPECT_EQ(xcrs.xcrs[0].value, X87);
	EXPECT_CALL(program->vcpu, KVM_SET_XCRS, &xcrs, 0);
	xcrs.xcrs[0].value = X87 | SSE;
	EXPECT_CALL(program->vcpu, KVM_SET_XCRS, &xcrs, -EINVAL);
	program_end(program);
}

#define XCR(number, value_)                                                                        \
	{                                                                                          \
		.nr_xcrs = 1, .xcrs[0] = {.xcr = number, .value = value_ }                         \
	}

TEST(api_xcrs)
{
	static const struct {
		struct kvm_xcrs xcrs;
		long result;
		u64 xcr0; /* afterwards; 1 before */
	} rows[] = {
		{XCR(0, X87 | SSE | AVX), 0, X87 | SSE | AVX},
		{XCR(0, X87 | SSE), 0, X87 | SSE},
		{XCR(0, X87), 0, X87},
		{XCR(0, SSE), -EINVAL, 1},
		{XCR(0, X87 | AVX), -EINVAL, 1},
		{XCR(0, X87 | BIT64(3) | BIT64(4)), -EINVAL, 1},
		{XCR(0, X87 | SSE | BIT64(63)), -EINVAL, 1},
		{XCR(0, 0), -EINVAL, 1},
		/* Other registers are ignored, as no processor has one. */
		{XCR(1, 0), 0, 1},
		{{.nr_xcrs = 2, .xcrs = {{.xcr = 1}, {.xcr = 0, .value = 7}}}, 0, 7},
		{{.nr_xcrs = 2, .xcrs = {{.xcr = 0, .value = 3}, {.xcr = 1}}}, 0, 3},
		{{.nr_xcrs = 1, .xcrs = {{.xcr = 1}, {.xcr = 0, .value = 7}}}, 0, 1},
		{{.nr_xcrs = 0, .xcrs = {{.xcr = 0, .value = 7}}}, 0, 1},
		{{.nr_xcrs = KVM_MAX_XCRS, .xcrs[0] = {.xcr = 0, .value = 7}}, 0, 7},
		{{.nr_xcrs = KVM_MAX_XCRS + 1, .xcrs[0] = {.xcr = 0, .value = 7}}, -EINVAL, 1},
		{{.nr_xcrs = ~0u, .xcrs[0] = {.xcr = 0, .value = 7}}, -EINVAL, 1},
		{{.nr_xcrs = 1, .flags = 1, .xcrs[0] = {.xcr = 0, .value = 7}}, -EINVAL, 1},
	};
	struct program *program = program_start(EVERYTHING);

	for (unsigned int i = 0; i < COUNT_OF(rows); i++) {
		struct kvm_xcrs xcrs = XCR(0, 1);

		test_context("row %u", i);
		EXPECT_CALL(program->vcpu, KVM_SET_XCRS, &xcrs, 0);
		xcrs = rows[i].xcrs;
		EXPECT_CALL(program->vcpu, KVM_SET_XCRS, &xcrs, rows[i].result);
		memset(&xcrs, 0xff, sizeof(xcrs));
		EXPECT_CALL(program->vcpu, KVM_GET_XCRS, &xcrs, 0);
		EXPECT_EQ(xcrs.nr_xcrs, 1);
		EXPECT_EQ(xcrs.flags, 0);
		EXPECT_EQ(xcrs.xcrs[0].xcr, 0);
		EXPECT_EQ(xcrs.xcrs[0].value, rows[i].xcr0);
	}
	program_end(program);
}
