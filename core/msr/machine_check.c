// SPDX-License-Identifier: GPL-2.0
/*
 * Machine-check MSRs: kept for the guest that looks, and for user space that saves and restores
 * them.  The only machine checks that reach the guest are those of KVM_X86_SET_MCE.
 *
 * SDM: "Machine-Check MSRs".
 */
#include "msr/state.h"
#include "irq/lapic.h"
#include "vcpu/state.h"

enum { BANK_CTL, BANK_STATUS, BANK_ADDR, BANK_MISC };

#define MCG_CAP_COUNT	       0xffull
#define MCG_CAP_EXTENDED_COUNT 0xff0000ull
#define MCG_STATUS_MCIP	       BIT64(2)
#define STATUS_VALID	       BIT64(63)
#define STATUS_OVERFLOW	       BIT64(62)
#define STATUS_UNCORRECTED     BIT64(61)
#define STATUS_CORRUPT	       BIT64(57)		 /* PCC: the processor's state is */
#define STATUS_SIGNALED	       BIT64(56)		 /* S: by a machine check */
#define STATUS_ACTION	       BIT64(55)		 /* AR: software has to act */
#define STATUS_COUNT(status)   ((status) >> 38 & 0x7fff) /* of corrected errors */
#define CTL2_THRESHOLD	       0x7fffull
#define CTL2_CMCI_ENABLE       BIT64(30)
#define MCG_STATUS_DEFINED     0xfull /* RIPV, EIPV, MCIP, LMCE_S */

KEEPER(IA32_P5_MC_ADDR) = {READS(0)};

/* All errors off or all on; and what Linux clears on some processors: bit 0 of bank 0, bit 10. */
static bool bank_ctl_valid(u64 value)
{
	return !value || (value | BIT64(10) | BIT64(0)) == ~(u64)0;
}

KEEPER(IA32_MCG_CAP) = {IN_MSRS(IA32_MCG_CAP, mcg_cap)};

static bool mcg_status_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return request->from_host || !(request->value & ~MCG_STATUS_DEFINED);
}

KEEPER(IA32_MCG_STATUS) = {IN_MSRS(IA32_MCG_STATUS, mcg_status), .writable = ALL,
			   .admits = mcg_status_admits};

/* Where there is none, VMMs write 0 at reset all the same. */
static bool mcg_ctl_admits(struct vcpu *vcpu, struct msr_request *request)
{
	return !request->value || (request->value == ~(u64)0 && (vcpu->msrs->mcg_cap & MCG_CTL_P));
}

KEEPER(IA32_MCG_CTL) = {IN_MSRS(IA32_MCG_CTL, mcg_ctl), .writable = ALL, .admits = mcg_ctl_admits};

static bool bank_exists(const struct vcpu *vcpu, u32 offset)
{
	return offset / MSR_MCE_BANK_MSRS < (vcpu->msrs->mcg_cap & MCG_CAP_COUNT);
}

static int bank_get(struct vcpu *vcpu, struct msr_request *request)
{
	u32 offset = request->msr - MSR_IA32_MC0_CTL;

	if (!bank_exists(vcpu, offset))
		return -EINVAL;
	request->value = vcpu->msrs->mce_bank[offset];
	return 0;
}

static bool bank_admits(struct vcpu *vcpu, struct msr_request *request)
{
	u32 offset = request->msr - MSR_IA32_MC0_CTL;

	if (!bank_exists(vcpu, offset))
		return false;
	if (offset % MSR_MCE_BANK_MSRS == BANK_CTL && !bank_ctl_valid(request->value))
		return false;
	/* A processor takes only 0, which clears it. */
	return offset % MSR_MCE_BANK_MSRS != BANK_STATUS || !request->value || request->from_host;
}

KEEPER(IA32_MC0_CTL) = {IN_MSRS(IA32_MC0_CTL, mce_bank), .writable = ALL, .get = bank_get,
			.admits = bank_admits};

/* User space saves all that are listed: where there is none, it holds 0. */
static bool ctl2_admits(struct vcpu *vcpu, struct msr_request *request)
{
	u32 bank = request->msr - MSR_IA32_MC0_CTL2;

	if (bank < (vcpu->msrs->mcg_cap & MCG_CAP_COUNT) && (vcpu->msrs->mcg_cap & MCG_CMCI_P))
		return true;
	return request->from_host && !request->value;
}

static int ctl2_get(struct vcpu *vcpu, struct msr_request *request)
{
	u32 bank = request->msr - MSR_IA32_MC0_CTL2;

	if (!request->from_host && bank >= (vcpu->msrs->mcg_cap & MCG_CAP_COUNT))
		return -EINVAL;
	request->value = vcpu->msrs->mce_ctl2[bank];
	return 0;
}

KEEPER(IA32_MC0_CTL2) = {IN_MSRS(IA32_MC0_CTL2, mce_ctl2),
			 .writable = CTL2_CMCI_ENABLE | CTL2_THRESHOLD, .get = ctl2_get,
			 .admits = ctl2_admits};

/* --- What user space sets up and reports --------------------------------------------- */

int msr_setup_mce(struct vcpu *vcpu, u64 capabilities)
{
	u64 banks = capabilities & MCG_CAP_COUNT;

	if (!banks || banks > MSR_MCE_BANKS ||
	    (capabilities & ~(MCG_CAP_COUNT | MCG_CAP_EXTENDED_COUNT | MSR_MCG_CAP_SUPPORTED)))
		return -EINVAL;
	vcpu->msrs->mcg_cap = capabilities;
	if (capabilities & MCG_CTL_P)
		vcpu->msrs->mcg_ctl = ~(u64)0;
	for (unsigned int i = 0; i < banks; i++)
		vcpu->msrs->mce_bank[i * MSR_MCE_BANK_MSRS + BANK_CTL] = ~(u64)0;
	__builtin_memset(vcpu->msrs->mce_ctl2, 0, sizeof(vcpu->msrs->mce_ctl2));
	if (vcpu->lapic)
		lapic_cmci_set_up(vcpu, capabilities & MCG_CMCI_P);
	return 0;
}

/* An error that is not corrected is reported only where the guest has switched that on. */
static bool uncorrected_is_on(const struct vcpu *vcpu, const u64 *bank)
{
	const struct vcpu_msrs *msrs = vcpu->msrs;

	return bank[BANK_CTL] == ~(u64)0 &&
	       (!(msrs->mcg_cap & MCG_CTL_P) || msrs->mcg_ctl == ~(u64)0);
}

static void log_error(u64 *bank, const struct kvm_x86_mce *mce)
{
	bool overflow = bank[BANK_STATUS] & STATUS_VALID;

	bank[BANK_STATUS] = mce->status | (overflow ? STATUS_OVERFLOW : 0);
	bank[BANK_ADDR] = mce->addr;
	bank[BANK_MISC] = mce->misc;
}

/* One that is not corrected, asks nothing of anybody, and came without a machine check. */
static bool no_action_required(const struct kvm_x86_mce *mce)
{
	return (mce->status & STATUS_UNCORRECTED) && !mce->mcg_status &&
	       !(mce->status & (STATUS_CORRUPT | STATUS_SIGNALED | STATUS_ACTION));
}

/*
 * "Corrected Machine Check Error Interrupt": the count is that of the status that user space
 * reports, and at least this one error.
 */
static bool interrupts(const struct vcpu_msrs *msrs, const struct kvm_x86_mce *mce)
{
	u64 ctl2 = msrs->mce_ctl2[mce->bank], count = STATUS_COUNT(mce->status);

	if (!(ctl2 & CTL2_CMCI_ENABLE))
		return false;
	return no_action_required(mce) || (count ? count : 1) >= (ctl2 & CTL2_THRESHOLD);
}

/* "Machine-Check Error Codes", "Overwrite Rules": what is corrected does not replace what is not.
 */
static void report_without_exception(struct vcpu *vcpu, u64 *bank, const struct kvm_x86_mce *mce)
{
	const u64 uncorrected = STATUS_VALID | STATUS_UNCORRECTED;

	if (!(mce->status & STATUS_UNCORRECTED) && (bank[BANK_STATUS] & uncorrected) == uncorrected)
		bank[BANK_STATUS] |= STATUS_OVERFLOW;
	else
		log_error(bank, mce);
	if (vcpu->lapic && interrupts(vcpu->msrs, mce))
		lapic_cmci_deliver(vcpu);
}

int msr_set_mce(struct vcpu *vcpu, const struct kvm_x86_mce *mce)
{
	struct vcpu_msrs *msrs = vcpu->msrs;
	u64 *bank;

	if (mce->bank >= (msrs->mcg_cap & MCG_CAP_COUNT) || !(mce->status & STATUS_VALID))
		return -EINVAL;
	bank = &msrs->mce_bank[mce->bank * MSR_MCE_BANK_MSRS];
	if (!(mce->status & STATUS_UNCORRECTED) || no_action_required(mce)) {
		report_without_exception(vcpu, bank, mce);
		return 0;
	}
	if (!uncorrected_is_on(vcpu, bank))
		return 0;
	/* A machine check while one is handled, or nobody handles them, is a shutdown. */
	if ((msrs->mcg_status & MCG_STATUS_MCIP) || !(vcpu_cr4_read(vcpu) & CR4_MCE)) {
		vcpu_request(vcpu, VCPU_REQUEST_TRIPLE_FAULT);
		return 0;
	}
	log_error(bank, mce);
	msrs->mcg_status = mce->mcg_status;
	vcpu_inject_exception(vcpu, VECTOR_MC);
	return 0;
}
