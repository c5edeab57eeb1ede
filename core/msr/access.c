// SPDX-License-Identifier: GPL-2.0
/*
 * RDMSR and WRMSR that exit, KVM_GET_MSRS and KVM_SET_MSRS: find the row, ask its
 * keeper.
 *
 * SDM: "RDMSR", "WRMSR".
 */
#include "msr/state.h"
#include "vmcs/vmcs.h"

#define PAT_AT_POWER_UP		 0x0007040600070406ull
#define MISC_ENABLE_AT_POWER_UP	 0x1801ull /* fast strings; no BTS, no PEBS */
#define POLL_CONTROL_AT_POWER_UP 1	   /* the host may */
#define UCODE_REV_AT_POWER_UP	 BIT64(32) /* revision 1, in the high half */

/* The guest has what its CPUID says; user space what this host can offer, whatever CPUID says, but
 * for what KVM_CAP_ENFORCE_PV_FEATURE_CPUID takes from both. */
static bool row_exists(const struct msr_row *row, struct vcpu *vcpu, bool from_host)
{
	bool any = from_host && !msr_conditions[row->condition].pv;

	return msr_exists(row->condition, any ? NULL : vcpu);
}

/* Of the row's MSRs it is the nth. */
static u64 *place(struct vcpu *vcpu, const struct msr_keeper *keeper, u32 nth)
{
	void *base = keeper->home == HOME_VCPU ? (void *)vcpu : (void *)vcpu->msrs;

	return (u64 *)((char *)base + keeper->at) + nth;
}

static int fetch(struct vcpu *vcpu, const struct msr_keeper *keeper, u32 nth,
		 struct msr_request *request)
{
	switch (keeper->home) {
	case HOME_NOWHERE:
		return -EINVAL;
	case HOME_CONSTANT:
		request->value = keeper->constant;
		return 0;
	case HOME_MSRS:
	case HOME_VCPU:
		request->value = *place(vcpu, keeper, nth);
		return 0;
	case HOME_VMCS:
		request->value = vmcs_read_fast(keeper->at);
		return 0;
	}
	return -EINVAL;
}

static int store(struct vcpu *vcpu, const struct msr_keeper *keeper, u32 nth,
		 const struct msr_request *request)
{
	switch (keeper->home) {
	case HOME_NOWHERE:
		return 0;
	case HOME_CONSTANT:
		return request->value == keeper->constant ? 0 : -EINVAL;
	case HOME_MSRS:
	case HOME_VCPU:
		*place(vcpu, keeper, nth) = request->value;
		return 0;
	case HOME_VMCS:
		vmcs_write_fast(keeper->at, request->value);
		return 0;
	}
	return -EINVAL;
}

bool msr_is_quick(struct vcpu *vcpu, const struct msr_row *row, u32 msr,
		  enum msr_direction direction)
{
	const struct msr_keeper *keeper;

	if (!row)
		return true;
	keeper = msr_keeper(row);
	if (keeper->is_quick)
		return keeper->is_quick(vcpu, msr, direction);
	return keeper->quick || !(direction == MSR_READ ? keeper->get : keeper->set);
}

int msr_row_read(struct vcpu *vcpu, const struct msr_row *row, u32 msr, u64 *value, bool from_host)
{
	struct msr_request request = {.msr = msr, .from_host = from_host};
	const struct msr_keeper *keeper;
	int error;

	HOST_NEEDS(vcpu->loaded &&
		   (host_srcu_held(&vcpu->vm->srcu) ||
		    (host_interrupts_are_off() && msr_is_quick(vcpu, row, msr, MSR_READ))));
	if (!row)
		return -ENOENT;
	if (!row_exists(row, vcpu, from_host) || (!from_host && row->read == MSR_DENY))
		return -EINVAL;
	keeper = msr_keeper(row);
	error = keeper->get ? keeper->get(vcpu, &request)
			    : fetch(vcpu, keeper, msr - row->first, &request);
	if (!error)
		*value = request.value;
	return error;
}

int msr_row_write(struct vcpu *vcpu, const struct msr_row *row, u32 msr, u64 value, bool from_host)
{
	struct msr_request request = {.msr = msr, .from_host = from_host, .value = value};
	const struct msr_keeper *keeper;

	HOST_NEEDS(vcpu->loaded &&
		   (host_srcu_held(&vcpu->vm->srcu) ||
		    (host_interrupts_are_off() && msr_is_quick(vcpu, row, msr, MSR_WRITE))));
	if (!row)
		return -ENOENT;
	if (!row_exists(row, vcpu, from_host) || (!from_host && row->write == MSR_DENY))
		return -EINVAL;
	keeper = msr_keeper(row);
	if (!keeper->writable || (value & ~keeper->writable))
		return -EINVAL;
	if (keeper->admits && !keeper->admits(vcpu, &request))
		return -EINVAL;
	return keeper->set ? keeper->set(vcpu, &request)
			   : store(vcpu, keeper, msr - row->first, &request);
}

int msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host)
{
	return msr_row_read(vcpu, msr_find(msr), msr, value, from_host);
}

int msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host)
{
	return msr_row_write(vcpu, msr_find(msr), msr, value, from_host);
}

int msr_vcpu_init(struct vcpu *vcpu)
{
	vcpu->msrs = host_zalloc(sizeof(*vcpu->msrs));
	if (!vcpu->msrs)
		return -ENOMEM;
	vcpu->msrs->misc_enable = MISC_ENABLE_AT_POWER_UP;
	vcpu->msrs->poll_control = POLL_CONTROL_AT_POWER_UP;
	vcpu->msrs->mcg_cap = MSR_MCE_BANKS;
	vcpu->msrs->arch_capabilities = host_arch_capabilities();
	vcpu->msrs->ucode_rev = UCODE_REV_AT_POWER_UP;
	vcpu->msrs->platform_info = PLATFORM_INFO_CPUID_FAULTING;
	msr_switched_init(vcpu->msrs);
	msr_bitmap_apply_policy(vcpu);
	return 0;
}

void msr_vcpu_destroy(struct vcpu *vcpu)
{
	host_free(vcpu->msrs);
	vcpu->msrs = NULL;
}

/*
 * INIT leaves all of these alone.  Power-up happens once, to a new vCPU: what is not set here is 0
 * from msr_vcpu_init() on.
 * SDM: "IA-32 and Intel 64 Processor States Following Power-up, Reset, or INIT".
 */
void msr_vcpu_reset(struct vcpu *vcpu, bool init)
{
	if (init)
		return;
	vmcs_write64(GUEST_IA32_PAT, PAT_AT_POWER_UP);
	vmcs_write32(GUEST_SYSENTER_CS, 0);
	vmcs_writel(GUEST_SYSENTER_ESP, 0);
	vmcs_writel(GUEST_SYSENTER_EIP, 0);
	msr_tsc_reset(vcpu);
}
