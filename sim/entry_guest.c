// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry: the checks of the guest-state area, but for the segment registers.
 *
 * SDM: "Checks on the Guest State Area".
 */
#include "processor.h"

#define CR0_PE		 BIT64(0)
#define CR0_WP		 BIT64(16)
#define CR0_PG		 BIT64(31)
#define CR4_PAE		 BIT64(5)
#define CR4_PCIDE	 BIT64(17)
#define CR4_CET		 BIT64(23)
#define EFER_LME	 BIT64(8)
#define EFER_LMA	 BIT64(10)
#define EFER_DEFINED	 (BIT64(0) | EFER_LME | EFER_LMA | BIT64(11))
#define DEBUGCTL_DEFINED 0xffdfull /* LBR, BTF, BLD, TR .. FREEZE_WHILE_SMM, RTM */
#define DEBUGCTL_BTF	 BIT64(1)

static bool ia32e(const struct entry *entry)
{
	return entry_has(entry, CTL_ENTRY, ENTRY_IA32E_MODE_GUEST);
}

static void check_control_registers(struct entry *entry)
{
	const struct vmcs_config *config = &entry->processor->config;
	u64 cr0 = entry_field(entry, GUEST_CR0), cr4 = entry_field(entry, GUEST_CR4);
	u64 cr0_fixed0 = config->cr0_fixed0;

	if (entry_has(entry, CTL_SECONDARY, CPU2_UNRESTRICTED_GUEST))
		cr0_fixed0 &= ~(CR0_PE | CR0_PG);
	entry_rule(entry, entry_fixed_ok(cr0, cr0_fixed0, config->cr0_fixed1), "guest CR0");
	entry_rule(entry, !(cr0 & CR0_PG) || (cr0 & CR0_PE), "guest CR0.PG without PE");
	entry_rule(entry, entry_fixed_ok(cr4, config->cr4_fixed0, config->cr4_fixed1), "guest CR4");
	entry_rule(entry, !(cr4 & CR4_CET) || (cr0 & CR0_WP), "guest CR4.CET without CR0.WP");
	if (ia32e(entry))
		entry_rule(entry, (cr0 & CR0_PG) && (cr4 & CR4_PAE),
			   "IA-32e mode guest without CR0.PG or CR4.PAE");
	else
		entry_rule(entry, !(cr4 & CR4_PCIDE), "guest CR4.PCIDE outside IA-32e mode");
	entry_rule(entry, !(entry_field(entry, GUEST_CR3) >> processor_physical_width()),
		   "guest CR3");
}

static void check_efer(struct entry *entry)
{
	u64 efer = entry_field(entry, GUEST_IA32_EFER);
	bool paging = entry_field(entry, GUEST_CR0) & CR0_PG;

	if (!entry_has(entry, CTL_ENTRY, ENTRY_LOAD_IA32_EFER))
		return;
	entry_rule(entry, !(efer & ~EFER_DEFINED), "guest IA32_EFER: reserved bits");
	entry_rule(entry, !!(efer & EFER_LMA) == ia32e(entry),
		   "guest IA32_EFER.LMA is not as IA-32e mode guest says");
	if (paging)
		entry_rule(entry, !!(efer & EFER_LMA) == !!(efer & EFER_LME),
			   "guest IA32_EFER: LMA and LME differ with paging on");
}

static void check_msrs(struct entry *entry)
{
	if (entry_has(entry, CTL_ENTRY, ENTRY_LOAD_DEBUG_CONTROLS)) {
		entry_rule(entry, !(entry_field(entry, GUEST_IA32_DEBUGCTL) & ~DEBUGCTL_DEFINED),
			   "guest IA32_DEBUGCTL");
		entry_rule(entry, !(entry_field(entry, GUEST_DR7) >> 32), "guest DR7");
	}
	entry_rule(entry, processor_canonical(entry_field(entry, GUEST_SYSENTER_ESP)),
		   "guest IA32_SYSENTER_ESP");
	entry_rule(entry, processor_canonical(entry_field(entry, GUEST_SYSENTER_EIP)),
		   "guest IA32_SYSENTER_EIP");
	if (entry_has(entry, CTL_ENTRY, ENTRY_LOAD_IA32_PAT))
		entry_rule(entry, entry_pat_ok(entry_field(entry, GUEST_IA32_PAT)),
			   "guest IA32_PAT");
	if (entry_has(entry, CTL_ENTRY, ENTRY_LOAD_IA32_BNDCFGS))
		entry_rule(entry,
			   !(entry_field(entry, GUEST_BNDCFGS) & 0xffc) &&
				   processor_canonical(entry_field(entry, GUEST_BNDCFGS)),
			   "guest IA32_BNDCFGS");
	if (entry_has(entry, CTL_ENTRY, ENTRY_LOAD_PKRS))
		entry_rule(entry, !(entry_field(entry, GUEST_IA32_PKRS) >> 32), "guest IA32_PKRS");
	check_efer(entry);
}

static void check_descriptor_tables(struct entry *entry)
{
	entry_rule(entry,
		   processor_canonical(entry_field(entry, GUEST_GDTR_BASE)) &&
			   processor_canonical(entry_field(entry, GUEST_IDTR_BASE)),
		   "guest GDTR or IDTR base");
	entry_rule(entry,
		   !(entry_field(entry, GUEST_GDTR_LIMIT) >> 16) &&
			   !(entry_field(entry, GUEST_IDTR_LIMIT) >> 16),
		   "guest GDTR or IDTR limit");
}

#define CS_L		  BIT64(13)
#define RFLAGS_1	  BIT64(1)
#define RFLAGS_TF	  BIT64(8)
#define RFLAGS_IF	  BIT64(9)
#define RFLAGS_VM	  BIT64(17)
#define RFLAGS_RESERVED_0 (~(u64)0x3f7fd7)

/* The event that the entry injects, as its type; -1: none. */
static int injected_type(const struct entry *entry)
{
	u64 info = entry_field(entry, VM_ENTRY_INTR_INFO_FIELD);

	return info & BIT32(31) ? (int)(info >> 8 & 7) : -1;
}

enum { INJECTS_EXTERNAL = 0, INJECTS_NMI = 2 };

static void check_rip_and_rflags(struct entry *entry)
{
	u64 rip = entry_field(entry, GUEST_RIP), rflags = entry_field(entry, GUEST_RFLAGS);
	bool code64 = ia32e(entry) && (entry_field(entry, GUEST_CS_AR_BYTES) & CS_L);

	if (code64)
		entry_rule(entry, processor_canonical(rip), "guest RIP is not canonical");
	else
		entry_rule(entry, !(rip >> 32), "guest RIP of more than 32 bits");
	entry_rule(entry, !(rflags & RFLAGS_RESERVED_0) && (rflags & RFLAGS_1), "guest RFLAGS");
	if (ia32e(entry) || !(entry_field(entry, GUEST_CR0) & CR0_PE))
		entry_rule(entry, !(rflags & RFLAGS_VM), "guest RFLAGS.VM");
	if (injected_type(entry) == INJECTS_EXTERNAL)
		entry_rule(entry, rflags & RFLAGS_IF, "interrupt injected with RFLAGS.IF = 0");
}

/* --- "Checks on Guest Non-Register State" --- */

enum { ACTIVE, HLT, SHUTDOWN, WAIT_FOR_SIPI };

#define BLOCKED_BY_STI	  BIT64(0)
#define BLOCKED_BY_MOV_SS BIT64(1)
#define BLOCKED_BY_SMI	  BIT64(2)
#define BLOCKED_BY_NMI	  BIT64(3)
#define BLOCKING_DEFINED  0x1full

static bool activity_supported(const struct vmx_capability *capability, u64 activity)
{
	switch (activity) {
	case ACTIVE:
		return true;
	case HLT:
		return capability->misc.activity_hlt;
	case SHUTDOWN:
		return capability->misc.activity_shutdown;
	case WAIT_FOR_SIPI:
		return capability->misc.activity_wait_for_sipi;
	default:
		return false;
	}
}

static void check_activity(struct entry *entry)
{
	u64 activity = entry_field(entry, GUEST_ACTIVITY_STATE);
	u64 blocking = entry_field(entry, GUEST_INTERRUPTIBILITY_INFO);
	u64 dpl = entry_field(entry, GUEST_SS_AR_BYTES) >> 5 & 3;

	entry_rule(entry, activity_supported(&entry->processor->capability, activity),
		   "guest activity state is not supported");
	entry_rule(entry, activity != HLT || dpl == 0, "guest is in HLT with SS.DPL above 0");
	entry_rule(entry, activity == ACTIVE || !(blocking & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)),
		   "guest is not active, and blocked by STI or MOV SS");
	if (injected_type(entry) >= 0)
		entry_rule(entry, activity != WAIT_FOR_SIPI, "event injected in wait-for-SIPI");
}

static void check_interruptibility(struct entry *entry)
{
	u64 blocking = entry_field(entry, GUEST_INTERRUPTIBILITY_INFO);
	u64 rflags = entry_field(entry, GUEST_RFLAGS);
	int type = injected_type(entry);

	entry_rule(entry, !(blocking & ~BLOCKING_DEFINED), "interruptibility: reserved bits");
	entry_rule(entry, !(blocking & BLOCKED_BY_STI) || !(blocking & BLOCKED_BY_MOV_SS),
		   "interruptibility: blocked by STI and by MOV SS");
	entry_rule(entry, (rflags & RFLAGS_IF) || !(blocking & BLOCKED_BY_STI),
		   "interruptibility: blocked by STI with RFLAGS.IF = 0");
	entry_rule(entry, !(blocking & BLOCKED_BY_SMI), "interruptibility: blocked by SMI");
	if (type == INJECTS_EXTERNAL)
		entry_rule(entry, !(blocking & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)),
			   "interrupt injected while blocked by STI or MOV SS");
	if (type == INJECTS_NMI) {
		/* Some processors refuse it after STI too: so a VMM must not do it. */
		entry_rule(entry, !(blocking & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)),
			   "NMI injected while blocked by STI or MOV SS");
		if (entry_has(entry, CTL_PIN, PIN_VIRTUAL_NMIS))
			entry_rule(entry, !(blocking & BLOCKED_BY_NMI),
				   "virtual NMI injected while blocked by NMI");
	}
}

#define PENDING_ENABLED BIT64(12)
#define PENDING_BS	BIT64(14)
#define PENDING_RTM	BIT64(16)
#define PENDING_DEFINED (0xf | BIT64(11) | PENDING_ENABLED | PENDING_BS | PENDING_RTM)

/* Single-stepping and the debug exception that waits for it must agree. */
static void check_pending_debug(struct entry *entry)
{
	u64 pending = entry_field(entry, GUEST_PENDING_DBG_EXCEPTIONS);
	u64 blocking = entry_field(entry, GUEST_INTERRUPTIBILITY_INFO);
	bool waits = (blocking & (BLOCKED_BY_STI | BLOCKED_BY_MOV_SS)) ||
		     entry_field(entry, GUEST_ACTIVITY_STATE) == HLT;
	bool steps = (entry_field(entry, GUEST_RFLAGS) & RFLAGS_TF) &&
		     !(entry_field(entry, GUEST_IA32_DEBUGCTL) & DEBUGCTL_BTF);

	entry_rule(entry, !(pending & ~PENDING_DEFINED), "pending debug exceptions: reserved bits");
	if (waits)
		entry_rule(entry, !!(pending & PENDING_BS) == steps,
			   "pending debug exceptions: BS is not as RFLAGS.TF says");
}

#define QUALIFICATION_PDPTE	   2
#define QUALIFICATION_LINK_POINTER 4

static void check_link_pointer(struct entry *entry)
{
	bool before = entry->broken;
	u64 pointer = entry_field(entry, VMCS_LINK_POINTER);

	if (pointer == ~(u64)0)
		return;
	/* Lintel has no shadow VMCS, which alone could be there. */
	entry_rule(entry, false, "VMCS link pointer");
	if (!before)
		entry->qualification = QUALIFICATION_LINK_POINTER;
}

/* "Checks on Guest Page-Directory-Pointer-Table Entries", with EPT: those in the VMCS. */
static void check_pdptes(struct entry *entry)
{
	bool before = entry->broken;
	bool pae = (entry_field(entry, GUEST_CR0) & CR0_PG) &&
		   (entry_field(entry, GUEST_CR4) & CR4_PAE) && !ia32e(entry);
	u64 reserved = (~(u64)0 << processor_physical_width()) | 0x1e6;

	if (!pae || !entry_has(entry, CTL_SECONDARY, CPU2_ENABLE_EPT))
		return;
	for (u32 field = GUEST_PDPTE0; field <= GUEST_PDPTE3; field += 2) {
		u64 pdpte = entry_field(entry, field);

		entry_rule(entry, !(pdpte & 1) || !(pdpte & reserved), "guest PDPTE");
	}
	if (!before && entry->broken)
		entry->qualification = QUALIFICATION_PDPTE;
}

void entry_check_guest_state(struct entry *entry)
{
	check_control_registers(entry);
	check_msrs(entry);
	entry_check_guest_segments(entry);
	check_descriptor_tables(entry);
	check_rip_and_rflags(entry);
	check_activity(entry);
	check_interruptibility(entry);
	check_pending_debug(entry);
	check_link_pointer(entry);
	check_pdptes(entry);
}
