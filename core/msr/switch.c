// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs that neither the VMCS nor an MSR list switches.  They hold the guest's values from the
 * first VM entry until the vCPU's thread leaves the processor or the kernel: the kernel itself does
 * not use them in between (no SYSCALL, SWAPGS or RDTSCP happens there), so an exit that the kernel
 * handles pays nothing for them.
 *
 * Those of SYSCALL hold the guest's only where it could execute one: while IA32_EFER.SCE is 0 it is
 * #UD, in real mode and under firmware, say, and every RDMSR of theirs exits.
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

static bool is_of_syscall(u32 msr)
{
	return msr >= MSR_STAR && msr <= MSR_SYSCALL_MASK;
}

/* Those of SYSCALL behind the others, in any order. */
static struct msr_switched *new_slot(struct vcpu_msrs *msrs, bool of_syscall)
{
	struct msr_switched *last = &msrs->switched[msrs->switched_count++];
	struct msr_switched *slot = &msrs->switched[msrs->without_syscall];

	if (of_syscall)
		return last;
	msrs->without_syscall++;
	*last = *slot;
	return slot;
}

static void add_switched(struct vcpu_msrs *msrs, const struct msr_row *row)
{
	*new_slot(msrs, is_of_syscall(row->first)) = (struct msr_switched){
		.msr = row->first,
		.guest = initial_value(row->first),
		.written_live = row->write == MSR_PASS_THROUGH,
		.per_task = row->first == MSR_KERNEL_GS_BASE,
		.of_syscall = is_of_syscall(row->first),
	};
}

/* An MSR that the host has and the guest was not told of is switched all the same: the guest may
 * have an instruction that reads it. */
void msr_switched_init(struct vcpu_msrs *msrs)
{
	msrs->host_cpu = -1;
	for (unsigned int i = 0; i < MSR_ROWS; i++) {
		const struct msr_row *row = &msr_table[i];

		if (row->owner == OWNER_SWITCH_BY_HAND && msr_exists(row->condition, NULL))
			add_switched(msrs, row);
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

/* How many of them, from the first on, a guest with this IA32_EFER has a use for. */
static unsigned int used(const struct vcpu *vcpu)
{
	const struct vcpu_msrs *msrs = vcpu->msrs;

	return vcpu->efer & IA32_EFER_SCE ? msrs->switched_count : msrs->without_syscall;
}

static u64 read_register(const struct msr_switched *slot)
{
	return slot->msr == MSR_KERNEL_GS_BASE ? host_kernel_gs_base() : host_rdmsr(slot->msr);
}

static void hold(struct msr_switched *slot, u64 value)
{
	if (slot->held == value)
		return;
	host_wrmsr(slot->msr, value);
	slot->held = value;
}

/* The register has the host's value. */
static void switch_in(struct msr_switched *slot)
{
	slot->held = slot->host;
	hold(slot, slot->guest);
}

/* The values that the kernel wrote once, when this CPU came online. */
static void read_constants(struct vcpu_msrs *msrs)
{
	for (unsigned int i = 0; i < msrs->switched_count; i++)
		if (!msrs->switched[i].per_task)
			msrs->switched[i].host = host_rdmsr(msrs->switched[i].msr);
	msrs->host_cpu = (int)host_cpu();
}

void msr_switch_to_guest(struct vcpu *vcpu)
{
	struct vcpu_msrs *msrs = vcpu->msrs;
	const unsigned int count = used(vcpu);

	HOST_NEEDS(host_preemption_is_off());
	if (msrs->host_cpu != (int)host_cpu())
		read_constants(msrs);
	for (unsigned int i = 0; i < count; i++) {
		struct msr_switched *slot = &msrs->switched[i];

		if (slot->per_task)
			slot->host = read_register(slot);
		switch_in(slot);
	}
	msrs->switched_in = count;
}

void msr_switch_to_host(struct vcpu *vcpu)
{
	struct vcpu_msrs *msrs = vcpu->msrs;

	HOST_NEEDS(host_preemption_is_off());
	for (unsigned int i = 0; i < msrs->switched_in; i++) {
		struct msr_switched *slot = &msrs->switched[i];

		if (slot->written_live)
			slot->guest = slot->held = read_register(slot);
		hold(slot, slot->host);
	}
	msrs->switched_in = 0;
}

/* Those that it has no use for any more stay in, with the others, until the host's come back. */
void msr_switched_efer_written(struct vcpu *vcpu)
{
	struct vcpu_msrs *msrs = vcpu->msrs;

	host_preempt_disable();
	while (vcpu->guest_state_loaded && msrs->switched_in < used(vcpu))
		switch_in(&msrs->switched[msrs->switched_in++]);
	host_preempt_enable();
}

bool msr_switched_suffices(const struct vcpu *vcpu)
{
	return vcpu->msrs->switched_in >= used(vcpu);
}

static bool is_in(const struct vcpu *vcpu, const struct msr_switched *slot)
{
	return vcpu->guest_state_loaded && slot < &vcpu->msrs->switched[vcpu->msrs->switched_in];
}

/* Preemption off: nobody must switch the MSR between the question where its value is and the
 * access. */
u64 msr_switched_get(struct vcpu *vcpu, struct msr_switched *slot)
{
	host_preempt_disable();
	if (slot->written_live && is_in(vcpu, slot))
		slot->guest = slot->held = read_register(slot);
	host_preempt_enable();
	return slot->guest;
}

void msr_switched_set(struct vcpu *vcpu, struct msr_switched *slot, u64 value)
{
	host_preempt_disable();
	slot->guest = value;
	if (slot->written_live)
		slot->held = ~value; /* it may be anything by now */
	if (is_in(vcpu, slot))
		hold(slot, value);
	host_preempt_enable();
}
