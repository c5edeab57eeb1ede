// SPDX-License-Identifier: GPL-2.0
/*
 * The guest's FPU state.  The kernel's FPU code holds it like a task's, and swaps the two.
 */
#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/xcr.h>
#include <asm/fpu/xstate.h>
#include "platform.h"

/*
 * Components that the swap covers.  Not PKRU, which the kernel switches with the task and not with
 * the FPU state; not AMX, which needs a permission asked for and a larger buffer.
 */
#define XCR0_SWITCHED                                                                              \
	(XFEATURE_MASK_FP | XFEATURE_MASK_SSE | XFEATURE_MASK_YMM | XFEATURE_MASK_AVX512)

void host_fpu_load_guest(struct vcpu *vcpu)
{
	fpu_swap_kvm_fpstate(&vcpu->host.fpu, true);
}

void host_fpu_load_host(struct vcpu *vcpu)
{
	fpu_swap_kvm_fpstate(&vcpu->host.fpu, false);
}

/*
 * An interrupt that used the FPU has left the guest's registers in memory, and may come again until
 * interrupts of that kind are held off.
 */
static void lock_loaded_registers(void)
{
	fpregs_lock();
	if (test_thread_flag(TIF_NEED_FPU_LOAD))
		switch_fpu_return();
}

void host_fpu_read_registers(struct vcpu *vcpu, void *area)
{
	lock_loaded_registers();
	asm volatile("fxsaveq (%0)" : : "r"(area) : "memory");
	fpregs_unlock();
}

void host_fpu_write_registers(struct vcpu *vcpu, const void *area)
{
	lock_loaded_registers();
	asm volatile("fxrstorq (%0)" : : "r"(area) : "memory");
	fpregs_unlock();
}

u64 host_value_of_xcr0 __ro_after_init;
u64 host_value_of_xss __ro_after_init;

void __init fpu_init(void)
{
	if (boot_cpu_has(X86_FEATURE_OSXSAVE))
		host_value_of_xcr0 = xgetbv(XCR_XFEATURE_ENABLED_MASK);
	if (boot_cpu_has(X86_FEATURE_XSAVES))
		rdmsrl_safe(MSR_IA32_XSS, &host_value_of_xss);
}

u64 host_xcr0_supported(void)
{
	return host_xcr0() & XCR0_SWITCHED;
}

const void *host_fpu_area(struct vcpu *vcpu)
{
	return &vcpu->host.fpu.fpstate->regs;
}

void host_fpu_get_xsave(struct vcpu *vcpu, struct kvm_xsave *state)
{
	fpu_copy_guest_fpstate_to_uabi(&vcpu->host.fpu, state->region, sizeof(state->region),
				       host_xcr0_supported() | XFEATURE_MASK_FPSSE, 0);
}

int host_fpu_set_xsave(struct vcpu *vcpu, const struct kvm_xsave *state)
{
	return fpu_copy_uabi_to_guest_fpstate(&vcpu->host.fpu, state->region, host_xcr0_supported(),
					      NULL);
}
