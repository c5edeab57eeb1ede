// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs that neither the VMCS nor an MSR list switches.  They hold the guest's values from the
 * first VM entry until the vCPU's thread leaves the processor or the kernel: the kernel itself does
 * not use them in between (no SYSCALL, SWAPGS or RDTSCP happens there), so an exit that the kernel
 * handles pays nothing for them.
 *
 * SDM: "Extended Feature Enable Register", "Fast System Calls in 64-Bit Mode", "SWAPGS".
 */
#include "msr/state.h"

/* IA32_TSX_CTRL: "Intel Transactional Synchronization Extensions".  The value that Linux has where
 * TSX is off: there nothing has to be written. */
#define TSX_RTM_DISABLE BIT64(0)
#define TSX_CPUID_CLEAR BIT64(1)

static u64 initial_value(u32 msr)
{
	return msr == MSR_IA32_TSX_CTRL ? TSX_RTM_DISABLE | TSX_CPUID_CLEAR : 0;
}

void msr_switched_init(struct vcpu_msrs *msrs)
{
	msrs->host_cpu = -1;
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];
		struct msr_switched *slot = &msrs->switched[msrs->switched_count];

		if (row->owner != OWNER_SWITCH_BY_HAND)
			continue;
		/* An MSR that the host has and the guest was not told of is switched all the same:
		 * the guest may have an instruction that reads it. */
		if (!msr_exists(row->condition, NULL))
			continue;
		slot->msr = row->first;
		slot->guest = initial_value(row->first);
		slot->written_live = row->write == MSR_PASS_THROUGH;
		slot->per_task = row->first == MSR_KERNEL_GS_BASE;
		msrs->switched_count++;
	}
}

struct msr_switched *msr_switched_find(struct vcpu *vcpu, u32 msr)
{
	struct vcpu_msrs *msrs = vcpu->msrs;

	for (unsigned int i = 0; i < msrs->switched_count; i++)
		if (msrs->switched[i].msr == msr)
			return &msrs->switched[i];
	return NULL;
}

void msr_switch_to_guest(struct vcpu *vcpu)
{
	struct vcpu_msrs *msrs = vcpu->msrs;
	bool moved = msrs->host_cpu != (int)host_cpu();

	HOST_NEEDS(host_preemption_is_off());
	for (unsigned int i = 0; i < msrs->switched_count; i++) {
		struct msr_switched *slot = &msrs->switched[i];

		/* The others are what the kernel wrote once, when this CPU came online. */
		if (moved || slot->per_task)
			slot->host = host_rdmsr(slot->msr);
		if (slot->guest != slot->host)
			host_wrmsr(slot->msr, slot->guest);
	}
	msrs->host_cpu = (int)host_cpu();
}

void msr_switch_to_host(struct vcpu *vcpu)
{
	struct vcpu_msrs *msrs = vcpu->msrs;

	HOST_NEEDS(host_preemption_is_off());
	for (unsigned int i = 0; i < msrs->switched_count; i++) {
		struct msr_switched *slot = &msrs->switched[i];

		if (slot->written_live)
			slot->guest = host_rdmsr(slot->msr);
		if (slot->guest != slot->host)
			host_wrmsr(slot->msr, slot->host);
	}
}
