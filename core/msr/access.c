// SPDX-License-Identifier: GPL-2.0
/*
 * RDMSR and WRMSR that exit, KVM_GET_MSRS and KVM_SET_MSRS: find the row, ask it.
 *
 * SDM: "RDMSR", "WRMSR".
 */
#include "msr/state.h"
#include "vmcs/vmcs.h"

#define PAT_AT_POWER_UP		0x0007040600070406ull
#define MISC_ENABLE_AT_POWER_UP 0x1801ull /* fast strings; no BTS, no PEBS */
#define UCODE_REV_AT_POWER_UP	BIT64(32) /* revision 1, in the high half */

/* The guest has what its CPUID says; user space what this host can offer, whatever CPUID says. */
static bool row_exists(const struct msr_row *row, struct vcpu *vcpu, bool from_host)
{
	return msr_exists(row->condition, from_host ? NULL : vcpu);
}

int msr_read(struct vcpu *vcpu, u32 msr, u64 *value, bool from_host)
{
	const struct msr_row *row = msr_find(msr);

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	if (!row)
		return -ENOENT;
	if (!row->get || !row_exists(row, vcpu, from_host))
		return -EINVAL;
	if (!from_host && row->read == MSR_DENY)
		return -EINVAL;
	return row->get(vcpu, msr, value);
}

int msr_write(struct vcpu *vcpu, u32 msr, u64 value, bool from_host)
{
	const struct msr_row *row = msr_find(msr);

	HOST_NEEDS(vcpu->loaded && host_srcu_held(&vcpu->vm->srcu));
	if (!row)
		return -ENOENT;
	if (!row->set || !row_exists(row, vcpu, from_host))
		return -EINVAL;
	if (!from_host && row->write == MSR_DENY)
		return -EINVAL;
	return row->set(vcpu, msr, value, from_host);
}

int msr_vcpu_init(struct vcpu *vcpu)
{
	vcpu->msrs = host_zalloc(sizeof(*vcpu->msrs));
	if (!vcpu->msrs)
		return -ENOMEM;
	vcpu->msrs->misc_enable = MISC_ENABLE_AT_POWER_UP;
	vcpu->msrs->mcg_cap = MCE_BANKS;
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
