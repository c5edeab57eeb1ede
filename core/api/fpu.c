// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET/SET_FPU, _XSAVE, _XCRS.
 *
 * SDM: "Legacy Region of an XSAVE Area", "XSAVE Header".
 */
#include "api/internal.h"
#include "facts/xsave.h"
#include "vcpu/state.h"

/* The legacy region, which FXSAVE writes too. */
struct legacy_region {
	u16 fcw, fsw;
	u8 ftw, reserved;
	u16 fop;
	u64 fip, fdp;
	u32 mxcsr, mxcsr_mask;
	u8 st[8][16];
	u8 xmm[16][16];
	u8 unused[96];
};
_Static_assert(sizeof(struct legacy_region) == 512, "legacy region of an XSAVE area");

static void copy(void *to, const void *from, size_t size)
{
	__builtin_memcpy(to, from, size);
}

static u64 components_in_use(const void *area)
{
	return host_xcr0() ? *(const u64 *)((const char *)area + XSAVE_XSTATE_BV)
			   : XSTATE_X87 | XSTATE_SSE;
}

static void get_x87(struct kvm_fpu *fpu, const struct legacy_region *legacy)
{
	copy(fpu->fpr, legacy->st, sizeof(fpu->fpr));
	fpu->fcw = legacy->fcw;
	fpu->fsw = legacy->fsw;
	fpu->ftwx = legacy->ftw;
	fpu->last_opcode = legacy->fop;
	fpu->last_ip = legacy->fip;
	fpu->last_dp = legacy->fdp;
}

int api_get_fpu(struct vcpu *vcpu, struct kvm_fpu *fpu)
{
	const struct legacy_region *legacy = host_fpu_area(vcpu);
	u64 in_use = components_in_use(legacy);

	fpu->fcw = FCW_INIT;
	fpu->mxcsr = in_use & (XSTATE_SSE | XSTATE_AVX) ? legacy->mxcsr : MXCSR_INIT;
	if (in_use & XSTATE_X87)
		get_x87(fpu, legacy);
	if (in_use & XSTATE_SSE)
		copy(fpu->xmm, legacy->xmm, sizeof(fpu->xmm));
	return 0;
}

int api_set_fpu(struct vcpu *vcpu, const struct kvm_fpu *fpu)
{
	struct kvm_xsave *area = host_zalloc(sizeof(*area));
	struct legacy_region *legacy = (void *)area;
	int error;

	if (!area)
		return -ENOMEM;
	host_fpu_get_xsave(vcpu, area);
	copy(legacy->st, fpu->fpr, sizeof(fpu->fpr));
	copy(legacy->xmm, fpu->xmm, sizeof(fpu->xmm));
	legacy->fcw = fpu->fcw;
	legacy->fsw = fpu->fsw;
	legacy->ftw = fpu->ftwx;
	legacy->fop = fpu->last_opcode;
	legacy->fip = fpu->last_ip;
	legacy->fdp = fpu->last_dp;
	/* KVM_SET_FPU leaves MXCSR alone, as it always has. */
	*(u64 *)((char *)area + XSAVE_XSTATE_BV) |= XSTATE_X87 | XSTATE_SSE;
	error = host_fpu_set_xsave(vcpu, area);
	host_free(area);
	return error;
}

int api_get_xcrs(struct vcpu *vcpu, struct kvm_xcrs *xcrs)
{
	if (!host_xcr0())
		return -EINVAL;
	xcrs->nr_xcrs = 1;
	xcrs->xcrs[0].xcr = 0;
	xcrs->xcrs[0].value = vcpu->xcr0;
	return 0;
}

int api_set_xcrs(struct vcpu *vcpu, const struct kvm_xcrs *xcrs)
{
	if (!host_xcr0() || xcrs->nr_xcrs > KVM_MAX_XCRS || xcrs->flags)
		return -EINVAL;
	for (unsigned int i = 0; i < xcrs->nr_xcrs; i++)
		if (xcrs->xcrs[i].xcr == 0)
			return vcpu_xcr0_write(vcpu, 0, xcrs->xcrs[i].value);
	return 0;
}
