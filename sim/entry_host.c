// SPDX-License-Identifier: GPL-2.0
/*
 * VM entry: the checks of the host-state area, on a processor in 64-bit mode.
 *
 * SDM: "Checks on the Host-State Area".
 */
#include "processor.h"

bool entry_fixed_ok(u64 value, u64 fixed0, u64 fixed1)
{
	return (value & fixed0) == fixed0 && !(value & ~fixed1);
}

/* Each byte a memory type: UC, WC, WT, WP, WB, UC-. */
bool entry_pat_ok(u64 pat)
{
	for (unsigned int byte = 0; byte < 8; byte++, pat >>= 8) {
		u64 type = pat & 0xff;

		if (type > 7 || type == 2 || type == 3)
			return false;
	}
	return true;
}

#define CR0_WP	     BIT64(16)
#define CR4_PAE	     BIT64(5)
#define CR4_CET	     BIT64(23)
#define EFER_LME     BIT64(8)
#define EFER_LMA     BIT64(10)
#define EFER_DEFINED (BIT64(0) | EFER_LME | EFER_LMA | BIT64(11))

static void check_registers(struct entry *entry)
{
	const struct vmcs_config *config = &entry->processor->config;
	u64 cr0 = entry_field(entry, HOST_CR0), cr4 = entry_field(entry, HOST_CR4);
	u64 efer = entry_field(entry, HOST_IA32_EFER);

	entry_rule(entry, entry_fixed_ok(cr0, config->cr0_fixed0, config->cr0_fixed1), "host CR0");
	entry_rule(entry, entry_fixed_ok(cr4, config->cr4_fixed0, config->cr4_fixed1), "host CR4");
	entry_rule(entry, !(cr4 & CR4_CET) || (cr0 & CR0_WP), "host CR4.CET without CR0.WP");
	entry_rule(entry, !(entry_field(entry, HOST_CR3) >> processor_physical_width()),
		   "host CR3");
	entry_rule(entry, processor_canonical(entry_field(entry, HOST_IA32_SYSENTER_ESP)),
		   "host IA32_SYSENTER_ESP");
	entry_rule(entry, processor_canonical(entry_field(entry, HOST_IA32_SYSENTER_EIP)),
		   "host IA32_SYSENTER_EIP");
	if (entry_has(entry, CTL_EXIT, EXIT_LOAD_IA32_PAT))
		entry_rule(entry, entry_pat_ok(entry_field(entry, HOST_IA32_PAT)), "host IA32_PAT");
	if (entry_has(entry, CTL_EXIT, EXIT_LOAD_IA32_EFER))
		entry_rule(entry, !(efer & ~EFER_DEFINED) && (efer & EFER_LMA) && (efer & EFER_LME),
			   "host IA32_EFER");
	if (entry_has(entry, CTL_EXIT, EXIT_LOAD_PKRS))
		entry_rule(entry, !(entry_field(entry, HOST_IA32_PKRS) >> 32), "host IA32_PKRS");
}

static const u32 selectors[] = {
	HOST_ES_SELECTOR, HOST_CS_SELECTOR, HOST_SS_SELECTOR, HOST_DS_SELECTOR,
	HOST_FS_SELECTOR, HOST_GS_SELECTOR, HOST_TR_SELECTOR,
};

static const u32 bases[] = {
	HOST_FS_BASE, HOST_GS_BASE, HOST_TR_BASE, HOST_GDTR_BASE, HOST_IDTR_BASE,
};

static void check_segments(struct entry *entry)
{
	for (unsigned int i = 0; i < COUNT_OF(selectors); i++)
		entry_rule(entry, !(entry_field(entry, selectors[i]) & 7),
			   "host selector: RPL and TI must be 0");
	entry_rule(entry, entry_field(entry, HOST_CS_SELECTOR), "host CS is 0");
	entry_rule(entry, entry_field(entry, HOST_TR_SELECTOR), "host TR is 0");
	for (unsigned int i = 0; i < COUNT_OF(bases); i++)
		entry_rule(entry, processor_canonical(entry_field(entry, bases[i])),
			   "host base address is not canonical");
}

void entry_check_host_state(struct entry *entry)
{
	check_registers(entry);
	check_segments(entry);
	entry_rule(entry, entry_has(entry, CTL_EXIT, EXIT_HOST_ADDRESS_SPACE_SIZE),
		   "host address-space size must be 1 in IA-32e mode");
	entry_rule(entry, entry_field(entry, HOST_CR4) & CR4_PAE, "host CR4.PAE is 0");
	entry_rule(entry, processor_canonical(entry_field(entry, HOST_RIP)), "host RIP");
}
