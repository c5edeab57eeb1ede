// SPDX-License-Identifier: GPL-2.0
/*
 * Writes to CR0, CR3, CR4 and EFER: the rules of the SDM, then the effects.
 *
 * The processor holds what the guest asked for, with two changes: bits that VMX
 * operation fixes (CR0.NE, CR4.VMXE), and CR4.MCE, which stays as the host has
 * it, so that a machine check in the guest exits instead of shutting down.  The
 * read shadows hold what the guest asked for.  CR4.UMIP is made where the processor
 * does not have it: what it forbids exits.  (But for SMSW, which no control makes exit.)
 *
 * SDM: "Control Registers", "Initializing IA-32e Mode", "Unrestricted Guests",
 * "Loading the PDPTE registers".
 */
#include "host_entry.h"
#include "cpuid/cpuid.h"
#include "vcpu/vcpu.h"
#include "vcpu/state.h"
#include "mem/mem.h"
#include "vmcs/vmcs.h"

struct cr4_feature {
	u64 bits;
	enum cpuid_feature feature;
};

/* CR4 bits, and the CPUID bit that announces each. */
static const struct cr4_feature cr4_features[] = {
	{CR4_VME | CR4_PVI, FEATURE_VME}, {CR4_DE, FEATURE_DE},
	{CR4_PSE, FEATURE_PSE},		  {CR4_TSD, FEATURE_TSC},
	{CR4_PAE, FEATURE_PAE},		  {CR4_PGE, FEATURE_PGE},
	{CR4_OSFXSR, FEATURE_FXSR},	  {CR4_OSXMMEXCPT, FEATURE_SSE},
	{CR4_PCIDE, FEATURE_PCID},	  {CR4_OSXSAVE, FEATURE_XSAVE},
	{CR4_FSGSBASE, FEATURE_FSGSBASE}, {CR4_SMEP, FEATURE_SMEP},
	{CR4_SMAP, FEATURE_SMAP},	  {CR4_UMIP, FEATURE_UMIP},
	{CR4_PKE, FEATURE_PKU},		  {CR4_LA57, FEATURE_LA57},
};

/* CR4 bits without a feature to speak of (MCE, PCE), and those that a guest may set whatever its
 * CPUID has. */
#define CR4_ALWAYS                                                                                 \
	(CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE |  \
	 CR4_OSFXSR | CR4_OSXMMEXCPT)

/* User space may set registers before it sets CPUID: until then there is what this host has. */
static bool may_use(const struct vcpu *vcpu, enum cpuid_feature feature)
{
	return vcpu->cpuid ? cpuid_has(vcpu, feature) : cpuid_offered(feature);
}

/* Bits of CR4 that a guest can have and the processor has not. */
static u64 cr4_made(void)
{
	if (!vmcs_config_has(CTL_SECONDARY, CPU2_DESCRIPTOR_TABLE_EXITING))
		return 0;
	return CR4_UMIP & ~vmcs_config.cr4_fixed1;
}

void vcpu_cr4_update_allowed(struct vcpu *vcpu)
{
	u64 allowed = CR4_ALWAYS;

	for (unsigned int i = 0; i < COUNT_OF(cr4_features); i++)
		if (may_use(vcpu, cr4_features[i].feature))
			allowed |= cr4_features[i].bits;
	vcpu->cr4_allowed = allowed & (vmcs_config.cr4_fixed1 | cr4_made());
	vmcs_writel(CR4_GUEST_HOST_MASK, ~(CR4_GUEST_OWNED & vcpu->cr4_allowed));
}

static bool pae_paging(u64 cr0, u64 cr4, u64 efer)
{
	return (cr0 & CR0_PG) && (cr4 & CR4_PAE) && !(efer & IA32_EFER_LMA);
}

/* Bits 2:1, 8:5 and those above the physical width are reserved in a present PDPTE. */
static bool pdpte_valid(const struct vcpu *vcpu, u64 pdpte)
{
	u64 reserved = 0x1e6 | ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1);

	return !(pdpte & 1) || !(pdpte & reserved);
}

static int pdptes_read(struct vcpu *vcpu, u64 cr3, u64 pdpte[4])
{
	if (guest_read(vcpu->vm, (u32)cr3 & ~(u32)31, pdpte, 4 * sizeof(*pdpte)))
		return -EINVAL;
	for (unsigned int i = 0; i < 4; i++)
		if (!pdpte_valid(vcpu, pdpte[i]))
			return -EINVAL;
	return 0;
}

void vcpu_pdptes_write(const u64 pdpte[4])
{
	for (unsigned int i = 0; i < 4; i++)
		vmcs_write_fast(GUEST_PDPTE0 + 2 * i, pdpte[i]);
}

void vcpu_pdptes_reload(struct vcpu *vcpu)
{
	u64 pdpte[4];

	if (!pae_paging(vcpu_cr0_read(vcpu), vcpu_cr4_read(vcpu), vcpu->efer))
		return;
	if (!pdptes_read(vcpu, vcpu_cr3_read(vcpu), pdpte))
		vcpu_pdptes_write(pdpte);
}

/* Long mode begins or ends: EFER.LMA and the VM-entry control follow CR0.PG and EFER.LME. */
static void set_long_mode(struct vcpu *vcpu, bool on)
{
	vcpu_efer_store(vcpu, on ? vcpu->efer | IA32_EFER_LMA : vcpu->efer & ~IA32_EFER_LMA);
}

void vcpu_efer_store(struct vcpu *vcpu, u64 value)
{
	vcpu->efer = value;
	vmcs_write64(GUEST_IA32_EFER, value);
	vmcs_control_set(vcpu, CTL_ENTRY, ENTRY_IA32E_MODE_GUEST, value & IA32_EFER_LMA);
}

void vcpu_cr0_store(struct vcpu *vcpu, u64 value)
{
	u64 fixed = vmcs_config.cr0_fixed0 & ~(CR0_PE | CR0_PG);

	vcpu->cr0 = value;
	vmcs_writel(CR0_READ_SHADOW, value);
	vmcs_writel(GUEST_CR0, ((value | fixed) & vmcs_config.cr0_fixed1) & ~(CR0_CD | CR0_NW));
}

void vcpu_cr4_store(struct vcpu *vcpu, u64 value)
{
	u64 made = value & cr4_made();
	u64 real = (value & ~CR4_MCE) | (host_cr4() & CR4_MCE) | vmcs_config.cr4_fixed0;

	vcpu->cr4 = value;
	vmcs_writel(CR4_READ_SHADOW, value);
	vmcs_writel(GUEST_CR4, real & ~made);
	vmcs_control_set(vcpu, CTL_SECONDARY,
			 CPU2_DESCRIPTOR_TABLE_EXITING & ~vmcs_config.allowed0[CTL_SECONDARY],
			 made & CR4_UMIP);
}

static bool code_is_64bit(struct vcpu *vcpu)
{
	struct kvm_segment cs;

	vcpu_seg_read(vcpu, SEG_CS, &cs);
	return cs.l;
}

/* A guest runs with a busy TSS of 16 or of 32 bits, as VM entry takes no other; the latter is a
 * 64-bit one in IA-32e mode. */
static bool tss_is_16bit(struct vcpu *vcpu)
{
	struct kvm_segment tr;

	vcpu_seg_read(vcpu, SEG_TR, &tr);
	return tr.type == 3;
}

/* May CR0 change to `value` in the mode the guest is in?  "MOV - Move to/from Control Registers",
 * "Initializing IA-32e Mode" */
static bool cr0_write_allowed(struct vcpu *vcpu, u64 old, u64 value)
{
	if (value >> 32)
		return false;
	if ((value & CR0_PG) && !(value & CR0_PE))
		return false;
	if ((value & CR0_NW) && !(value & CR0_CD))
		return false;
	if (!((old ^ value) & CR0_PG))
		return true;
	if (!(value & CR0_PG))
		return !(vcpu_cr4_read(vcpu) & CR4_PCIDE) &&
		       !((vcpu->efer & IA32_EFER_LMA) && code_is_64bit(vcpu));
	if (vcpu->efer & IA32_EFER_LME)
		return (vcpu_cr4_read(vcpu) & CR4_PAE) && !code_is_64bit(vcpu) &&
		       !tss_is_16bit(vcpu);
	return true;
}

int vcpu_cr0_write(struct vcpu *vcpu, u64 value)
{
	u64 old = vcpu_cr0_read(vcpu);
	u64 cr4 = vcpu_cr4_read(vcpu);
	bool long_mode = (value & CR0_PG) && (vcpu->efer & IA32_EFER_LME);
	bool paging_changes = (old ^ value) & (CR0_PG | CR0_CD | CR0_NW);
	u64 pdpte[4];

	if (!cr0_write_allowed(vcpu, old, value))
		return -EINVAL;
	value = (value & CR0_DEFINED) | CR0_ET;
	if (paging_changes && !long_mode && pae_paging(value, cr4, 0)) {
		if (pdptes_read(vcpu, vcpu_cr3_read(vcpu), pdpte))
			return -EINVAL;
		vcpu_pdptes_write(pdpte);
	}
	if (long_mode != !!(vcpu->efer & IA32_EFER_LMA))
		set_long_mode(vcpu, long_mode);
	vcpu_cr0_store(vcpu, value);
	if ((old ^ value) & CR0_PG)
		vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	return 0;
}

int vcpu_msw_write(struct vcpu *vcpu, u16 value)
{
	u64 changes = CR0_MP | CR0_EM | CR0_TS;

	return vcpu_cr0_write(vcpu,
			      (vcpu_cr0_read(vcpu) & ~changes) | (value & (changes | CR0_PE)));
}

int vcpu_cr3_write(struct vcpu *vcpu, u64 value)
{
	u64 pdpte[4];

	if ((vcpu->efer & IA32_EFER_LMA) && (value & ~(BIT64(cpuid_maxphyaddr(vcpu)) - 1)))
		return -EINVAL;
	if (pae_paging(vcpu_cr0_read(vcpu), vcpu_cr4_read(vcpu), vcpu->efer)) {
		if (pdptes_read(vcpu, value, pdpte))
			return -EINVAL;
		vcpu_pdptes_write(pdpte);
	}
	vmcs_writel(GUEST_CR3, value);
	vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	return 0;
}

int vcpu_cr4_write(struct vcpu *vcpu, u64 value)
{
	const u64 reload = CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP;
	u64 old = vcpu_cr4_read(vcpu);
	u64 cr0 = vcpu_cr0_read(vcpu);
	bool long_mode = vcpu->efer & IA32_EFER_LMA;
	u64 pdpte[4];

	if (value & ~vcpu->cr4_allowed)
		return -EINVAL;
	if (long_mode && (!(value & CR4_PAE) || ((old ^ value) & CR4_LA57)))
		return -EINVAL;
	if ((value & ~old & CR4_PCIDE) && (!long_mode || (vcpu_cr3_read(vcpu) & 0xfff)))
		return -EINVAL;
	if (((old ^ value) & reload) && pae_paging(cr0, value, vcpu->efer)) {
		if (pdptes_read(vcpu, vcpu_cr3_read(vcpu), pdpte))
			return -EINVAL;
		vcpu_pdptes_write(pdpte);
	}
	vcpu_cr4_store(vcpu, value);
	if ((old ^ value) & (reload | CR4_PCIDE | CR4_SMAP | CR4_PKE | CR4_LA57))
		vcpu_request(vcpu, VCPU_REQUEST_FLUSH_TLB);
	return 0;
}

u64 vcpu_efer_allowed(const struct vcpu *vcpu)
{
	u64 allowed = 0;

	if (cpuid_has(vcpu, FEATURE_SYSCALL))
		allowed |= IA32_EFER_SCE;
	if (cpuid_has(vcpu, FEATURE_NX))
		allowed |= IA32_EFER_NXE;
	if (cpuid_has(vcpu, FEATURE_INTEL_64))
		allowed |= IA32_EFER_LME | IA32_EFER_LMA;
	return allowed;
}

/* User space may set what this host has, before it sets CPUID; the guest only what CPUID offers. */
int vcpu_efer_write(struct vcpu *vcpu, u64 value, bool from_host)
{
	u64 allowed = IA32_EFER_SCE | IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_NXE;

	if (!from_host)
		allowed = vcpu_efer_allowed(vcpu);
	if (value & ~allowed)
		return -EINVAL;
	if ((vcpu_cr0_read(vcpu) & CR0_PG) && ((value ^ vcpu->efer) & IA32_EFER_LME))
		return -EINVAL;
	vcpu_efer_store(vcpu, (value & ~IA32_EFER_LMA) | (vcpu->efer & IA32_EFER_LMA));
	return 0;
}

/* "XSETBV - Set Extended Control Register": which components need which others.  x87 is always on:
 * a guest without XSAVE has an XCR0, too, and user space saves and restores it. */
int vcpu_xcr0_write(struct vcpu *vcpu, u32 index, u64 value)
{
	const u64 x87 = BIT64(0), sse = BIT64(1), avx = BIT64(2), avx512 = BIT64(5) * 7;
	const u64 bound = BIT64(3) * 3;

	if (index != 0 || !(value & x87) || (value & ~(cpuid_xcr0_allowed(vcpu) | x87)))
		return -EINVAL;
	if ((value & avx) && !(value & sse))
		return -EINVAL;
	if ((value & bound) && (value & bound) != bound)
		return -EINVAL;
	if ((value & avx512) && ((value & avx512) != avx512 || !(value & avx)))
		return -EINVAL;
	vcpu->xcr0 = value;
	return 0;
}
