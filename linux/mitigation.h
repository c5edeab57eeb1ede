/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Weaknesses of the processor that each VM entry or exit has to do something about.
 */
#ifndef LINTEL_LINUX_MITIGATION_H
#define LINTEL_LINUX_MITIGATION_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <compat.h>

/* The L1 data cache is to be emptied before each VM entry: this processor lets a guest read what is
 * in it through a page-table entry that is not present (L1TF). */
extern bool flush_l1d;

void mitigation_init(void);
void mitigation_exit(void);

/* A vCPU comes to this CPU: what another guest taught the branch predictor is not for this one.
 * `serial` is the vCPU's own for ever.  Preemption off. */
void mitigation_vcpu_load(u64 serial);

/*
 * Before a VM entry: IA32_SPEC_CTRL becomes the guest's, if that is another than the host's.
 * gives: what vmx_enter_guest() is to write after the exit; negative: nothing.
 */
static __always_inline s64 mitigation_before_entry(u64 guest)
{
	u64 host;

	if (!cpu_feature_enabled(X86_FEATURE_MSR_SPEC_CTRL))
		return -1;
	host = this_cpu_read(x86_spec_ctrl_current);
	if (guest != host)
		__wrmsr(MSR_IA32_SPEC_CTRL, (u32)guest, 0);
	/* IBRS, the kind that the kernel sets at each entry, counts from the write on. */
	else if (!cpu_feature_enabled(X86_FEATURE_KERNEL_IBRS))
		return -1;
	return (s64)host;
}

/* After each VM exit, interrupts off. */
static __always_inline void mitigation_after_exit(void)
{
	/* VMScape: the kernel then clears its branch predictor for the VMM, on the way to user
	 * space. */
	if (cpu_feature_enabled(X86_FEATURE_IBPB_EXIT_TO_USER))
		this_cpu_write(x86_ibpb_exit_to_user, true);
}

#endif
