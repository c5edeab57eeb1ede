// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs that say what the processor is and switch parts of it: EFER, MISC_ENABLE, the revision of
 * its microcode, and those that a processor has only to read as 0.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#include "msr/state.h"
#include "cpuid/cpuid.h"
#include "vcpu/state.h"
#include "vmcs/vmcs.h"

/*
 * IA32_MISC_ENABLE: no BTS and no PEBS are read-only bits; that there is performance monitoring
 * only says what there is, and a write of it is ignored.  All others are kept and do nothing: each
 * is a switch on some model, and the guest's is not known.
 */
#define MISC_ENABLE_PERFMON   BIT64(7)
#define MISC_ENABLE_READ_ONLY (BIT64(11) | BIT64(12))

KEEPER(IA32_PLATFORM_ID) = {READS(0)};
KEEPER(EBL_CR_POWERON) = {READS(0)};
KEEPER(SMI_COUNT) = {READS(0)};
KEEPER(IA32_PERF_CTL) = {READS(0)};
KEEPER(IA32_LASTBRANCHFROMIP) = {READS(0)};
KEEPER(RAPL_POWER_UNIT) = {READS(0)};
KEEPER(PKG_ENERGY_STATUS) = {READS(0)};
KEEPER(DRAM_ENERGY_STATUS) = {READS(0)};
KEEPER(PP0_ENERGY_STATUS) = {READS(0)};
KEEPER(PP1_ENERGY_STATUS) = {READS(0)};

KEEPER(IA32_PERFCTR0) = {STAYS(0)};
KEEPER(P6_EVNTSEL0) = {STAYS(0)};
KEEPER(IA32_XSS) = {STAYS(0)};
KEEPER(IA32_PERF_CAPABILITIES) = {STAYS(0)};

KEEPER(IA32_POWER_CTL) = {IN_MSRS(IA32_POWER_CTL, power_ctl), .writable = ALL};

KEEPER(IA32_UCODE_WRITE) = {.home = HOME_NOWHERE, .writable = ALL};

/* Bits 31:24: the processor's clock, in those of the bus. */
KEEPER(EBC_FREQUENCY_ID) = {READS(BIT64(24))};

/* "L2 Hardware Enabled", "L2 Enabled"; bit 23, "L2 Not Present", is clear. */
KEEPER(IA32_BBL_CR_CTL3) = {READS(BIT64(0) | BIT64(8))};

/* Bits 15:0: the state that the processor is in; 44:40: the highest ratio of its clock to the
 * bus's, which guests divide by. */
KEEPER(IA32_PERF_STATUS) = {READS(BIT64(40) | 1)};

static int efer_set(struct vcpu *vcpu, struct msr_request *request)
{
	int error = vcpu_efer_write(vcpu, request->value, request->from_host);

	msr_switched_efer_written(vcpu);
	return error;
}

KEEPER(EFER) = {IN_VCPU(efer), .writable = ALL, .set = efer_set, .quick = true};

#define MISC_ENABLE_MONITOR BIT64(18)

static bool changes_monitor(const struct vcpu *vcpu, u64 value)
{
	return !vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT) &&
	       ((vcpu->msrs->misc_enable ^ value) & MISC_ENABLE_MONITOR);
}

static bool misc_enable_admits(struct vcpu *vcpu, struct msr_request *request)
{
	u64 now = vcpu->msrs->misc_enable;

	/* It is there with SSE3. */
	if (changes_monitor(vcpu, request->value) && !cpuid_has(vcpu, FEATURE_SSE3))
		return false;
	if (request->from_host)
		return true;
	if ((request->value ^ now) & MISC_ENABLE_READ_ONLY)
		return false;
	request->value = (request->value & ~MISC_ENABLE_PERFMON) | (now & MISC_ENABLE_PERFMON);
	return true;
}

void msr_show_monitor(struct vcpu *vcpu)
{
	if (!vm_has_quirk(vcpu->vm, KVM_X86_QUIRK_MISC_ENABLE_NO_MWAIT))
		cpuid_show_monitor(vcpu, vcpu->msrs->misc_enable & MISC_ENABLE_MONITOR);
}

static int misc_enable_set(struct vcpu *vcpu, struct msr_request *request)
{
	bool changed = changes_monitor(vcpu, request->value);

	vcpu->msrs->misc_enable = request->value;
	if (changed)
		msr_show_monitor(vcpu);
	return 0;
}

KEEPER(IA32_MISC_ENABLE) = {IN_MSRS(IA32_MISC_ENABLE, misc_enable), .writable = ALL,
			    .admits = misc_enable_admits, .set = misc_enable_set};

/* A guest writes 0 before it asks for the revision by CPUID; the revision stays what it is. */
static bool ucode_rev_admits(struct vcpu *vcpu, struct msr_request *request)
{
	if (!request->from_host)
		request->value = vcpu->msrs->ucode_rev;
	return true;
}

KEEPER(IA32_UCODE_REV) = {IN_MSRS(IA32_UCODE_REV, ucode_rev), .writable = ALL,
			  .admits = ucode_rev_admits};

/* Without VMX, SMX, SGX and LMCE there is only the lock, which holds until power-up. */
static bool feature_control_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return request->from_host || !(vcpu->msrs->feature_control & FEATURE_CONTROL_LOCK);
}

KEEPER(IA32_FEAT_CTL) = {IN_MSRS(IA32_FEAT_CTL, feature_control), .writable = FEATURE_CONTROL_LOCK,
			 .admits = feature_control_admits};

/*
 * AMD's, which KVM has whatever CPUID says the processor is.  Three switches are taken and not kept
 * (no TLB cache, no flush filter, IGNNE#); writable machine-check status and the TSC's rate are
 * kept and do nothing.
 */
#define HWCR_IGNORED (BIT64(3) | BIT64(6) | BIT64(8))
#define HWCR_KEPT    (BIT64(18) | BIT64(24))

static bool hwcr_admits(struct vcpu *vcpu, struct msr_request *request)
{
	request->value &= HWCR_KEPT;
	return true;
}

KEEPER(K7_HWCR) = {IN_MSRS(K7_HWCR, hwcr), .writable = HWCR_IGNORED | HWCR_KEPT,
		   .admits = hwcr_admits};

#define CPUID_FAULTING BIT64(0) /* of MISC_FEATURES_ENABLES */

bool msr_cpuid_faults(const struct vcpu *vcpu)
{
	return vcpu->msrs->misc_features & CPUID_FAULTING;
}

/* The guest cannot write it; and user space cannot take away what the guest is using. */
static bool platform_info_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return (request->value & PLATFORM_INFO_CPUID_FAULTING) || !msr_cpuid_faults(vcpu);
}

KEEPER(PLATFORM_INFO) = {IN_MSRS(PLATFORM_INFO, platform_info), .writable = ALL,
			 .admits = platform_info_admits};

static bool misc_features_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return !request->value || (vcpu->msrs->platform_info & PLATFORM_INFO_CPUID_FAULTING);
}

KEEPER(MISC_FEATURES_ENABLES) = {IN_MSRS(MISC_FEATURES_ENABLES, misc_features),
				 .writable = CPUID_FAULTING, .admits = misc_features_admits};

/* LBR is taken and not kept, as an operating system sets it without asking for its MSRs first. */
static bool debugctl_admits(struct vcpu *vcpu, struct msr_request *request)
{
	request->value &= DEBUGCTL_BTF;
	return true;
}

KEEPER(IA32_DEBUGCTLMSR) = {IN_VMCS(GUEST_IA32_DEBUGCTL), .writable = DEBUGCTL_LBR | DEBUGCTL_BTF,
			    .admits = debugctl_admits};
