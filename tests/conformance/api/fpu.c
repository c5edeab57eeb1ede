// SPDX-License-Identifier: GPL-2.0
/* KVM_{GET,SET}_FPU, KVM_{GET,SET}_XSAVE, KVM_{GET,SET}_XCRS, and the registers in the guest. */
#include "vm.h"

#define XCR0_X87 1ULL
#define XCR0_SSE 2ULL
#define XCR0_AVX 4ULL

/* The XSAVE area (SDM, "Managing State Using the XSAVE Feature Set"). */
enum {
	XSAVE_FCW = 0,
	XSAVE_MXCSR = 24,
	XSAVE_XMM = 160,
	XSAVE_HEADER = 512,
	XSAVE_XCOMP_BV = 520,
	XSAVE_AVX = 576,
};

static void need_xsave(void)
{
	if (!kvm_capability(KVM_CAP_XCRS))
		test_skip("no XSAVE");
}

static u64 xcr0(struct vcpu *cpu)
{
	struct kvm_xcrs xcrs;

	CHECK_OK(ioctl(cpu->fd, KVM_GET_XCRS, &xcrs));
	CHECK_EQ(xcrs.nr_xcrs, 1);
	CHECK_EQ(xcrs.flags, 0);
	CHECK_EQ(xcrs.xcrs[0].xcr, 0);
	return xcrs.xcrs[0].value;
}

static int set_xcr0(struct vcpu *cpu, u64 value)
{
	struct kvm_xcrs xcrs = {.nr_xcrs = 1, .xcrs[0] = {.xcr = 0, .value = value}};

	return ioctl(cpu->fd, KVM_SET_XCRS, &xcrs);
}

static u8 *xsave_byte(struct kvm_xsave *xsave, unsigned int offset)
{
	return (u8 *)xsave->region + offset;
}

/*
 * Marks x87 and SSE state as in use. The stock kernel forgets what KVM_SET_FPU wrote before that:
 * the header of its XSAVE area still says that both are in their initial state.
 */
static void mark_fpu_in_use(struct vcpu *cpu, u32 mxcsr)
{
	struct kvm_xsave xsave;

	CHECK_OK(ioctl(cpu->fd, KVM_GET_XSAVE, &xsave));
	*(u64 *)xsave_byte(&xsave, XSAVE_HEADER) = XCR0_X87 | XCR0_SSE;
	*(u32 *)xsave_byte(&xsave, XSAVE_MXCSR) = mxcsr;
	CHECK_OK(ioctl(cpu->fd, KVM_SET_XSAVE, &xsave));
}

static bool has_avx(void)
{
	struct kvm_cpuid_entry2 *entry = cpuid_find(kvm_supported_cpuid(), 1, 0);

	return entry->ecx & (1u << 28);
}

TEST(fpu_initial)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_fpu fpu, zero = {0};

	CHECK_OK(ioctl(cpu.fd, KVM_GET_FPU, &fpu));
	CHECK_EQ(fpu.fcw, 0x37f);
	CHECK_EQ(fpu.fsw, 0);
	CHECK_EQ(fpu.ftwx, 0);
	CHECK_MEM(fpu.xmm, zero.xmm, sizeof(fpu.xmm));
	CHECK_MEM(fpu.fpr, zero.fpr, sizeof(fpu.fpr));
}

static void fill_fpu(struct kvm_fpu *fpu, u8 seed)
{
	memset(fpu, 0, sizeof(*fpu));
	fpu->fcw = 0x27f;
	fpu->ftwx = 0xff;
	fpu->mxcsr = 0x1f80 | 0x6000;
	for (size_t i = 0; i < sizeof(fpu->xmm); i++)
		((u8 *)fpu->xmm)[i] = seed + i * 7;
	for (size_t i = 0; i < 8; i++)
		for (size_t j = 0; j < 10; j++)
			fpu->fpr[i][j] = seed + 16 * i + j;
}

TEST(fpu_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_fpu set, got;

	fill_fpu(&set, 3);
	set.fsw = 0x3800;
	set.last_opcode = 0x123;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_FPU, &set));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_FPU, &got));
	CHECK_EQ(got.fcw, set.fcw);
	CHECK_EQ(got.fsw, set.fsw);
	CHECK_EQ(got.ftwx, set.ftwx);
	CHECK_EQ(got.last_opcode, set.last_opcode);
	CHECK_MEM(got.xmm, set.xmm, sizeof(set.xmm));
	for (size_t i = 0; i < 8; i++)
		CHECK_MEM(got.fpr[i], set.fpr[i], 10);
}

/* The MXCSR of struct kvm_fpu is not used; programs leave it 0. */
TEST(fpu_keeps_mxcsr)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xsave xsave;
	struct kvm_fpu fpu;

	need_xsave();
	mark_fpu_in_use(&cpu, 0x7f80);
	fill_fpu(&fpu, 1);
	fpu.mxcsr = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_FPU, &fpu));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
	CHECK_EQ(*(u32 *)xsave_byte(&xsave, XSAVE_MXCSR), 0x7f80);
	CHECK_MEM(xsave_byte(&xsave, XSAVE_XMM), fpu.xmm, sizeof(fpu.xmm));
}

TEST(fpu_bad_pointers)
{
	static const unsigned long requests[] = {KVM_GET_FPU,	KVM_SET_FPU,  KVM_GET_XSAVE,
						 KVM_SET_XSAVE, KVM_GET_XCRS, KVM_SET_XCRS};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	u8 *edge = host_memory(2 * PAGE) + PAGE;

	need_xsave();
	CHECK_OK(munmap(edge, PAGE));
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++) {
		test_row("request %#lx", requests[i]);
		CHECK_ERR(ioctl(cpu.fd, requests[i], NULL), EFAULT);
		CHECK_ERR(ioctl(cpu.fd, requests[i], edge - 64), EFAULT);
	}
}

/* ADDPS of XMM1 to XMM0, XMM15 moved to XMM2, one x87 FINIT. */
GUEST64(guest_sse, "addps %xmm1, %xmm0\n"
		   "movaps %xmm15, %xmm2\n"
		   "fld1\n"
		   "hlt");

TEST(fpu_in_guest)
{
	static const float a[4] = {1, 2, 3, 4}, b[4] = {10, 20, 30, 40}, sum[4] = {11, 22, 33, 44};
	static const u8 one[10] = {0, 0, 0, 0, 0, 0, 0, 0x80, 0xff, 0x3f};
	struct guest g = GUEST_LONG(guest_sse);
	struct kvm_fpu fpu;

	need_xsave();
	mark_fpu_in_use(&g.cpu, 0x1f80);
	fill_fpu(&fpu, 5);
	fpu.ftwx = 0;
	memcpy(fpu.xmm[0], a, 16);
	memcpy(fpu.xmm[1], b, 16);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_FPU, &fpu));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_FPU, &fpu));
	CHECK_MEM(fpu.xmm[0], sum, 16);
	CHECK_MEM(fpu.xmm[2], fpu.xmm[15], 16);
	CHECK_EQ(fpu.ftwx, 0x80);
	CHECK_MEM(fpu.fpr[0], one, 10);
}

TEST(xsave_initial)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xsave xsave;

	need_xsave();
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
	CHECK_EQ(*(u16 *)xsave_byte(&xsave, XSAVE_FCW), 0x37f);
	CHECK_EQ(*(u32 *)xsave_byte(&xsave, XSAVE_MXCSR), 0x1f80);
	CHECK_EQ(*(u64 *)xsave_byte(&xsave, XSAVE_XCOMP_BV), 0);
}

TEST(xsave_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xsave set, got;

	need_xsave();
	vcpu_set_supported_cpuid(&cpu);
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &set));
	CHECK_EQ(*(u64 *)xsave_byte(&set, XSAVE_XCOMP_BV), 0);
	*(u64 *)xsave_byte(&set, XSAVE_HEADER) = XCR0_X87 | XCR0_SSE | (has_avx() ? XCR0_AVX : 0);
	*(u16 *)xsave_byte(&set, XSAVE_FCW) = 0x27f;
	*(u32 *)xsave_byte(&set, XSAVE_MXCSR) = 0x1f80 | 0x6000;
	for (unsigned int i = 0; i < 256; i++)
		*xsave_byte(&set, XSAVE_XMM + i) = i;
	for (unsigned int i = 0; has_avx() && i < 256; i++)
		*xsave_byte(&set, XSAVE_AVX + i) = 255 - i;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_XSAVE, &set));
	memset(&got, 0xff, sizeof(got));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &got));
	CHECK_MEM(xsave_byte(&got, XSAVE_XMM), xsave_byte(&set, XSAVE_XMM), 256);
	if (has_avx())
		CHECK_MEM(xsave_byte(&got, XSAVE_AVX), xsave_byte(&set, XSAVE_AVX), 256);
	CHECK_EQ(*(u32 *)xsave_byte(&got, XSAVE_MXCSR), 0x7f80);
	CHECK_EQ(*(u16 *)xsave_byte(&got, XSAVE_FCW), 0x27f);
	CHECK_EQ(*(u64 *)xsave_byte(&got, XSAVE_HEADER), *(u64 *)xsave_byte(&set, XSAVE_HEADER));
}

TEST(xsave_refused)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	static const struct {
		const char *what;
		unsigned int offset;
		u64 value;
	} rows[] = {
		{"unknown component 62", XSAVE_HEADER, 1ULL << 62},
		{"unknown component 20", XSAVE_HEADER, 1ULL << 20},
		{"compacted format", XSAVE_XCOMP_BV, 1ULL << 63},
		{"XCOMP_BV bit 0", XSAVE_XCOMP_BV, 1},
		{"reserved header bytes", XSAVE_HEADER + 16, 1},
		{"end of the header", XSAVE_HEADER + 56, 1ULL << 63},
	};

	need_xsave();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct kvm_xsave xsave;

		test_row("%s", rows[i].what);
		CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
		*(u64 *)xsave_byte(&xsave, rows[i].offset) = rows[i].value;
		CHECK_ERR(ioctl(cpu.fd, KVM_SET_XSAVE, &xsave), EINVAL);
	}
}

TEST(xsave_refused_mxcsr)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xsave xsave;

	need_xsave();
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
	*(u64 *)xsave_byte(&xsave, XSAVE_HEADER) = XCR0_X87 | XCR0_SSE;
	*(u32 *)xsave_byte(&xsave, XSAVE_MXCSR) = 0x80001f80;
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_XSAVE, &xsave), EINVAL);
}

/* What the header says is not there is in its initial state. */
TEST(xsave_component_absent)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xsave xsave;
	struct kvm_fpu fpu, zero = {0};

	need_xsave();
	mark_fpu_in_use(&cpu, 0x1f80);
	fill_fpu(&fpu, 9);
	CHECK_OK(ioctl(cpu.fd, KVM_SET_FPU, &fpu));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
	*(u64 *)xsave_byte(&xsave, XSAVE_HEADER) = XCR0_X87;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_XSAVE, &xsave));
	CHECK_OK(ioctl(cpu.fd, KVM_GET_XSAVE, &xsave));
	CHECK_EQ(*(u16 *)xsave_byte(&xsave, XSAVE_FCW), 0x27f);
	CHECK_MEM(xsave_byte(&xsave, XSAVE_XMM), zero.xmm, sizeof(zero.xmm));
}

/* VADDPS of YMM1 to YMM0, with CR4.OSXSAVE and XCR0 = 7. */
GUEST64(guest_avx, "vaddps %ymm1, %ymm0, %ymm2\n"
		   "vmovaps %ymm15, %ymm3\n"
		   "hlt");

TEST(xsave_avx_in_guest)
{
	struct guest g = GUEST_LONG(guest_avx);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);
	struct kvm_xsave x;
	float lanes[8];

	need_xsave();
	if (!has_avx())
		test_skip("no AVX");
	sregs.cr4 |= 1 << 18;
	vcpu_set_sregs(&g.cpu, &sregs);
	CHECK_OK(set_xcr0(&g.cpu, 7));
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_XSAVE, &x));
	*(u64 *)xsave_byte(&x, XSAVE_HEADER) = 7;
	for (int i = 0; i < 8; i++) {
		unsigned int half = i < 4 ? XSAVE_XMM + 4 * i : XSAVE_AVX + 4 * (i - 4);

		*(float *)xsave_byte(&x, half) = i;
		*(float *)xsave_byte(&x, half + 16) = 100 * i;
	}
	memset(xsave_byte(&x, XSAVE_XMM + 16 * 15), 0x5a, 16);
	memset(xsave_byte(&x, XSAVE_AVX + 16 * 15), 0xa5, 16);
	CHECK_OK(ioctl(g.cpu.fd, KVM_SET_XSAVE, &x));
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_OK(ioctl(g.cpu.fd, KVM_GET_XSAVE, &x));
	memcpy(lanes, xsave_byte(&x, XSAVE_XMM + 32), 16);
	memcpy(lanes + 4, xsave_byte(&x, XSAVE_AVX + 32), 16);
	for (int i = 0; i < 8; i++)
		CHECK(lanes[i] == 101.0f * i);
	CHECK_MEM(xsave_byte(&x, XSAVE_XMM + 48), xsave_byte(&x, XSAVE_XMM + 240), 16);
	CHECK_MEM(xsave_byte(&x, XSAVE_AVX + 48), xsave_byte(&x, XSAVE_AVX + 240), 16);
}

TEST(xcrs_round_trip)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);

	need_xsave();
	vcpu_set_supported_cpuid(&cpu);
	CHECK_EQ(xcr0(&cpu), 1);
	CHECK_OK(set_xcr0(&cpu, XCR0_X87 | XCR0_SSE));
	CHECK_EQ(xcr0(&cpu), 3);
	if (has_avx()) {
		CHECK_OK(set_xcr0(&cpu, 7));
		CHECK_EQ(xcr0(&cpu), 7);
	}
	CHECK_OK(set_xcr0(&cpu, 1));
	CHECK_EQ(xcr0(&cpu), 1);
}

TEST(xcrs_refused)
{
	static const u64 bad[] = {0,
				  XCR0_SSE,
				  XCR0_AVX,
				  XCR0_X87 | XCR0_AVX,
				  1 | 1ULL << 63,
				  1 | 1ULL << 8,
				  1 | 1 << 3,
				  1 | 1 << 4,
				  3 | 1 << 5,
				  ~0ULL};
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_xcrs xcrs = {.nr_xcrs = 17};

	need_xsave();
	vcpu_set_supported_cpuid(&cpu);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		test_row("XCR0 = %#llx", (unsigned long long)bad[i]);
		CHECK_ERR(set_xcr0(&cpu, bad[i]), EINVAL);
		CHECK_EQ(xcr0(&cpu), 1);
	}
	test_row("%s", "");
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_XCRS, &xcrs), EINVAL);
	xcrs = (struct kvm_xcrs){.nr_xcrs = 1, .flags = 1, .xcrs[0].value = 1};
	CHECK_ERR(ioctl(cpu.fd, KVM_SET_XCRS, &xcrs), EINVAL);
	/* An extended control register other than 0 is left alone. */
	xcrs = (struct kvm_xcrs){.nr_xcrs = 1, .xcrs[0] = {.xcr = 1, .value = 3}};
	CHECK_OK(ioctl(cpu.fd, KVM_SET_XCRS, &xcrs));
	xcrs.nr_xcrs = 0;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_XCRS, &xcrs));
	CHECK_EQ(xcr0(&cpu), 1);
}

/* Only what CPUID leaf 0xd offers can be enabled. */
TEST(xcrs_needs_cpuid)
{
	struct vcpu cpu = vcpu_create(vm_fd_create(), 0);
	struct kvm_cpuid2 *cpuid = kvm_supported_cpuid();
	struct kvm_cpuid_entry2 *leaf = cpuid_find(cpuid, 0xd, 0);

	need_xsave();
	leaf->eax = 3;
	CHECK_OK(ioctl(cpu.fd, KVM_SET_CPUID2, cpuid));
	CHECK_OK(set_xcr0(&cpu, 3));
	CHECK_ERR(set_xcr0(&cpu, 7), EINVAL);
	CHECK_EQ(xcr0(&cpu), 3);
}

/* XSETBV of EDX:EAX, XGETBV, HLT; #GP ends in OUT to 0xd. */
GUEST64(guest_xsetbv, "xor %ecx, %ecx\n"
		      "xor %edx, %edx\n"
		      "xsetbv\n"
		      "xgetbv\n"
		      "hlt\n"
		      ".org 0x80\n"
		      "out %al, $0xd");

TEST(xcrs_in_guest)
{
	struct guest g = GUEST_LONG(guest_xsetbv);
	struct kvm_sregs sregs = vcpu_sregs(&g.cpu);
	struct kvm_regs regs = vcpu_regs(&g.cpu);

	need_xsave();
	vm_set_gate(&g.vm, 13, 0x80);
	sregs.cr4 |= 1 << 18;
	vcpu_set_sregs(&g.cpu, &sregs);
	regs.rax = 3;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_EXIT(&g.cpu, KVM_EXIT_HLT);
	CHECK_EQ(vcpu_regs(&g.cpu).rax, 3);
	CHECK_EQ(xcr0(&g.cpu), 3);
	regs.rax = 2;
	vcpu_set_regs(&g.cpu, &regs);
	CHECK_OUT(&g.cpu, 0xd, 1, 2);
	CHECK_EQ(xcr0(&g.cpu), 3);
}
