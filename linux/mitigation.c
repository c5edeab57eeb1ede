// SPDX-License-Identifier: GPL-2.0
/*
 * What a guest could read of the host through the L1 data cache, or of another guest through the
 * branch predictor.
 */
#define pr_fmt(fmt) "lintel: " fmt

#include <linux/cpu.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/vmx.h>
#include "mitigation.h"

bool flush_l1d __ro_after_init;

/* The vCPU that was here last. */
static DEFINE_PER_CPU(u64, last_vcpu);

void mitigation_vcpu_load(u64 serial)
{
	if (this_cpu_read(last_vcpu) == serial)
		return;
	this_cpu_write(last_vcpu, serial);
	/* Nothing where the kernel has chosen so. */
	indirect_branch_prediction_barrier();
}

/* Without a hypervisor the kernel has nothing to say of one. */
void mitigation_exit(void)
{
	l1tf_vmx_mitigation = VMENTER_L1D_FLUSH_AUTO;
}

void __init mitigation_init(void)
{
	u64 capabilities = 0;

	if (!boot_cpu_has_bug(X86_BUG_L1TF) || cpu_mitigations_off())
		return;
	if (boot_cpu_has(X86_FEATURE_ARCH_CAPABILITIES))
		rdmsrl_safe(MSR_IA32_ARCH_CAPABILITIES, &capabilities);
	if (capabilities & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH) {
		l1tf_vmx_mitigation = VMENTER_L1D_FLUSH_NOT_REQUIRED;
		return;
	}
	flush_l1d = boot_cpu_has(X86_FEATURE_FLUSH_L1D);
	if (flush_l1d)
		l1tf_vmx_mitigation = VMENTER_L1D_FLUSH_ALWAYS;
	else
		pr_warn("this processor needs the L1 data cache flushed before each VM entry "
			"(L1TF), and its microcode cannot: a guest may read memory of the host\n");
}
