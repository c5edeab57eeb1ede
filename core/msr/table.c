// SPDX-License-Identifier: GPL-2.0
/*
 * The table of MSRs: what each one is to the guest, who keeps the host's value apart from the
 * guest's, and why.  What is not here is #GP(0) to the guest and refused to user space; the MSRs
 * that are here only to be denied are those that people ask about.
 *
 * SDM: volume 4, "Model-Specific Registers".
 */
#include "msr/state.h"

/* 0, or no constant at all. */
#define MUST(condition) (0 * sizeof(char[(condition) ? 1 : -1]))

/* A row whose write passes through, and whose host value nobody keeps, does not compile. */
#define ROWS(first_, last_, words, read_, write_, owner_, ...)                                     \
	{                                                                                          \
		.first = (first_) + MUST((first_) <= (last_)), .last = (last_), .name = words,     \
		.read = MSR_##read_, .write = MSR_##write_,                                        \
		.owner =                                                                           \
			(enum msr_owner)(OWNER_##owner_ + MUST(MSR_##write_ != MSR_PASS_THROUGH || \
							       OWNER_##owner_ != OWNER_NONE)),     \
		__VA_ARGS__                                                                        \
	}
#define ROW(msr, words, ...) ROWS(msr, msr, words, __VA_ARGS__)

#define BY(name)	.get = msr_get_##name, .set = msr_set_##name
#define BY2(get_, set_) .get = msr_get_##get_, .set = msr_set_##set_
#define SET(name)	.set = msr_set_##name
#define GET(name)	.get = msr_get_##name
#define IF(name)		.condition = MSR_IF_##name
#define LISTED		.listed = true
#define WHY(words)	.why = words
#define RAPL		WHY("what the host's power is used for is not the guest's to know")

static u64 host_ucode_rev(void)
{
	u64 value = 0;

	return host_rdmsr_safe(MSR_IA32_UCODE_REV, &value) ? 0 : value;
}

/* Ordered by index. */
const struct msr_row msr_table[] = {
	ROWS(MSR_IA32_P5_MC_ADDR, MSR_IA32_P5_MC_TYPE, "IA32_P5_MC_ADDR, IA32_P5_MC_TYPE", EMULATE,
	     DENY, NONE, GET(zero), WHY("the Pentium's machine check: no error, ever")),
	ROW(MSR_IA32_TSC, "IA32_TIME_STAMP_COUNTER", PASS_THROUGH, EMULATE, NOBODY_NEEDS, BY(tsc),
	    LISTED,
	    WHY("RDMSR adds the TSC offset as RDTSC does; a write moves the offset, not the "
		"host's counter")),
	ROW(MSR_KVM_WALL_CLOCK, "KVM_WALL_CLOCK", EMULATE, EMULATE, NONE, BY(wall_clock), LISTED,
	    WHY("the host writes the time of day at boot where the guest says")),
	ROW(MSR_KVM_SYSTEM_TIME, "KVM_SYSTEM_TIME", EMULATE, EMULATE, NONE, BY(system_time),
	    LISTED, WHY("the host keeps the page of kvmclock where the guest says")),
	ROW(MSR_IA32_PLATFORM_ID, "IA32_PLATFORM_ID", EMULATE, DENY, NONE, GET(zero),
	    WHY("loaders of microcode read it; platform 0")),
	ROW(MSR_IA32_APICBASE, "IA32_APIC_BASE", EMULATE, EMULATE, NONE, BY(apic_base),
	    WHY("address and mode of the guest's APIC, not of the host's")),
	ROW(MSR_EBL_CR_POWERON, "EBL_CR_POWERON", EMULATE, DENY, NONE, GET(zero),
	    WHY("bus ratio of old processors: none")),
	ROW(MSR_EBC_FREQUENCY_ID, "EBC_FREQUENCY_ID", EMULATE, DENY, NONE, GET(ebc_frequency),
	    WHY("bus ratio of a Pentium 4: one to one, as guests divide by it")),
	ROW(MSR_SMI_COUNT, "SMI_COUNT", EMULATE, DENY, NONE, GET(zero),
	    WHY("there is no SMM in a guest: none came")),
	ROW(MSR_IA32_FEAT_CTL, "IA32_FEATURE_CONTROL", DENY, DENY, NONE,
	    WHY("it exists where CPUID has VMX, SMX, SGX or LMCE; the guest's has none")),
	ROW(MSR_IA32_TSC_ADJUST, "IA32_TSC_ADJUST", EMULATE, EMULATE, NONE, BY(tsc_adjust),
	    IF(TSC_ADJUST), LISTED, WHY("moves the guest's TSC offset")),
	ROW(MSR_IA32_SPEC_CTRL, "IA32_SPEC_CTRL", EMULATE, EMULATE, NONE, BY(spec_ctrl),
	    IF(SPEC_CTRL), LISTED,
	    WHY("the world switch loads the guest's value; a write exits, so that no exit has to "
		"read it")),
	ROW(MSR_IA32_PRED_CMD, "IA32_PRED_CMD", DENY, EMULATE, NONE, SET(pred_cmd), IF(IBPB),
	    WHY("a command without a value: it empties the branch predictor")),
	ROW(MSR_IA32_UCODE_WRITE, "IA32_BIOS_UPDT_TRIG", DENY, EMULATE, NONE, SET(ignored),
	    WHY("a guest cannot load microcode: nothing happens, and the revision stays")),
	ROW(MSR_IA32_UCODE_REV, "IA32_BIOS_SIGN_ID", EMULATE, EMULATE, NONE, BY(ucode_rev), LISTED,
	    .feature = host_ucode_rev,
	    WHY("the guest must not depend on this host's microcode; a write, always 0, only "
		"prepares the read")),
	ROWS(MSR_IA32_PERFCTR0, MSR_IA32_PERFCTR1, "IA32_PMC0, IA32_PMC1", EMULATE, EMULATE, NONE,
	     BY(zero), WHY("no counters: 0, and may be cleared")),
	ROW(MSR_PLATFORM_INFO, "PLATFORM_INFO", EMULATE, DENY, NONE, BY(platform_info),
	    IF(PLATFORM_INFO), LISTED,
	    WHY("tells of CPUID faulting, which Lintel makes; nothing of the host's clock")),
	ROW(MSR_MTRRcap, "IA32_MTRRCAP", EMULATE, DENY, NONE, GET(mtrr_cap), IF(MTRR),
	    WHY("fixed ranges, WC and eight variable ranges, on every host")),
	ROW(MSR_IA32_ARCH_CAPABILITIES, "IA32_ARCH_CAPABILITIES", EMULATE, DENY, NONE,
	    BY(arch_capabilities), IF(ARCH_CAPABILITIES), LISTED,
	    .feature = host_arch_capabilities,
	    WHY("which weaknesses the processor has not, as far as that holds in a guest")),
	ROW(MSR_IA32_BBL_CR_CTL3, "BBL_CR_CTL3", EMULATE, DENY, NONE, GET(bbl_cr_ctl3),
	    WHY("the level 2 cache is there, and on")),
	ROW(MSR_IA32_TSX_CTRL, "IA32_TSX_CTRL", DENY, DENY, SWITCH_BY_HAND, IF(TSX_CTRL),
	    WHY("guests see no TSX: while one runs its transactions abort at once, so that none "
		"samples what its kernel does not know that it has to clear")),
	ROW(MSR_MISC_FEATURES_ENABLES, "MISC_FEATURES_ENABLES", EMULATE, EMULATE, NONE,
	    BY(misc_features), LISTED, WHY("CPUID exits in any case, and may as well fault")),
	ROW(MSR_IA32_SYSENTER_CS, "IA32_SYSENTER_CS", PASS_THROUGH, PASS_THROUGH, VMCS, BY(vmcs),
	    LISTED, WHY("VM entries and exits load it")),
	ROW(MSR_IA32_SYSENTER_ESP, "IA32_SYSENTER_ESP", PASS_THROUGH, PASS_THROUGH, VMCS, BY(vmcs),
	    LISTED, WHY("VM entries and exits load it")),
	ROW(MSR_IA32_SYSENTER_EIP, "IA32_SYSENTER_EIP", PASS_THROUGH, PASS_THROUGH, VMCS, BY(vmcs),
	    LISTED, WHY("VM entries and exits load it")),
	ROW(MSR_IA32_MCG_CAP, "IA32_MCG_CAP", EMULATE, DENY, NONE, GET(mcg_cap),
	    WHY("32 banks and no IA32_MCG_CTL, unless user space says otherwise")),
	ROW(MSR_IA32_MCG_STATUS, "IA32_MCG_STATUS", EMULATE, EMULATE, NONE, BY(mcg), LISTED,
	    WHY("kept; user space reports errors")),
	ROW(MSR_IA32_MCG_CTL, "IA32_MCG_CTL", EMULATE, EMULATE, NONE, BY(mcg),
	    IF(MCG_CTL), LISTED,
	    WHY("there if IA32_MCG_CAP says so")),
	ROWS(MSR_P6_EVNTSEL0, MSR_P6_EVNTSEL1, "IA32_PERFEVTSEL0, IA32_PERFEVTSEL1", EMULATE,
	     EMULATE, NONE, BY(zero), WHY("no counters: 0, and may be cleared")),
	ROW(MSR_IA32_PERF_STATUS, "IA32_PERF_STATUS", EMULATE, DENY, NONE, GET(perf_status),
	    WHY("one speed, whatever the host's is")),
	ROW(MSR_IA32_PERF_CTL, "IA32_PERF_CTL", EMULATE, DENY, NONE, GET(zero),
	    WHY("CPUID has no SpeedStep: nothing to choose")),
	ROW(MSR_IA32_MISC_ENABLE, "IA32_MISC_ENABLE", EMULATE, EMULATE, NONE, BY(misc_enable),
	    LISTED, WHY("kept; its switches are the host's")),
	ROW(MSR_IA32_DEBUGCTLMSR, "IA32_DEBUGCTL", EMULATE, EMULATE, NONE, BY(debugctl), LISTED,
	    WHY("single-stepping on branches works through the VMCS; of the rest, LBR is taken and "
		"does nothing")),
	ROWS(MSR_IA32_LASTBRANCHFROMIP, MSR_IA32_LASTINTTOIP,
	     "LASTBRANCHFROMIP, LASTBRANCHTOIP, LASTINTFROMIP, LASTINTTOIP", EMULATE, DENY, NONE,
	     GET(zero), WHY("no last branch record: none was made")),
	ROWS(MSR_IA32_MTRR_PHYSBASE0, MSR_IA32_MTRR_PHYSBASE0 + 2 * MTRR_VARIABLE_COUNT - 1,
	     "IA32_MTRR_PHYSBASEn, IA32_MTRR_PHYSMASKn", EMULATE, EMULATE, NONE, BY(mtrr_variable),
	     IF(MTRR), LISTED, WHY("kept; EPT gives the memory type")),
	ROW(MSR_MTRRfix64K_00000, "IA32_MTRR_FIX64K", EMULATE, EMULATE, NONE, BY(mtrr_fixed),
	    IF(MTRR), LISTED, WHY("kept; EPT gives the memory type")),
	ROWS(MSR_MTRRfix16K_80000, MSR_MTRRfix16K_A0000, "IA32_MTRR_FIX16K", EMULATE, EMULATE, NONE,
	     BY(mtrr_fixed), IF(MTRR), LISTED, WHY("kept; EPT gives the memory type")),
	ROWS(MSR_MTRRfix4K_C0000, MSR_MTRRfix4K_F8000, "IA32_MTRR_FIX4K", EMULATE, EMULATE, NONE,
	     BY(mtrr_fixed), IF(MTRR), LISTED, WHY("kept; EPT gives the memory type")),
	ROW(MSR_IA32_CR_PAT, "IA32_PAT", EMULATE, EMULATE, NONE, BY(pat), LISTED,
	    WHY("VM entries and exits load it; a write is rare, and checked here")),
	ROW(MSR_MTRRdefType, "IA32_MTRR_DEF_TYPE", EMULATE, EMULATE, NONE, BY(mtrr_def_type),
	    IF(MTRR), LISTED, WHY("kept; EPT gives the memory type")),
	ROWS(MSR_IA32_MC0_CTL, MSR_IA32_MC0_CTL + MCE_BANKS * MCE_BANK_MSRS - 1,
	     "IA32_MCi_CTL, _STATUS, _ADDR, _MISC", EMULATE, EMULATE, NONE, BY(mce_bank),
	     WHY("kept; user space reports errors")),
	ROW(MSR_RAPL_POWER_UNIT, "RAPL_POWER_UNIT", EMULATE, DENY, NONE, GET(zero), RAPL),
	ROW(MSR_PKG_ENERGY_STATUS, "PKG_ENERGY_STATUS", EMULATE, DENY, NONE, GET(zero), RAPL),
	ROW(MSR_DRAM_ENERGY_STATUS, "DRAM_ENERGY_STATUS", EMULATE, DENY, NONE, GET(zero), RAPL),
	ROW(MSR_PP0_ENERGY_STATUS, "PP0_ENERGY_STATUS", EMULATE, DENY, NONE, GET(zero), RAPL),
	ROW(MSR_PP1_ENERGY_STATUS, "PP1_ENERGY_STATUS", EMULATE, DENY, NONE, GET(zero), RAPL),
	ROW(MSR_IA32_TSC_DEADLINE, "IA32_TSC_DEADLINE", EMULATE, EMULATE, NONE, BY(tsc_deadline),
	    IF(LAPIC), LISTED, WHY("arms a timer of the host")),
	ROWS(MSR_X2APIC_FIRST, MSR_X2APIC_LAST, "x2APIC registers", EMULATE, EMULATE, NONE, BY(x2apic),
	     IF(LAPIC), WHY("the guest's local APIC, in x2APIC mode; the host's is not its")),
	ROW(MSR_IA32_XSS, "IA32_XSS", EMULATE, EMULATE, NONE, BY(zero), IF(XSAVES), LISTED,
	    WHY("no supervisor state is offered: it is 0, also in the processor while the guest "
		"runs")),
	ROW(MSR_KVM_WALL_CLOCK_NEW, "KVM_WALL_CLOCK_NEW", EMULATE, EMULATE, NONE, BY(wall_clock),
	    LISTED, WHY("KVM_WALL_CLOCK by its later number")),
	ROW(MSR_KVM_SYSTEM_TIME_NEW, "KVM_SYSTEM_TIME_NEW", EMULATE, EMULATE, NONE,
	    BY(system_time), LISTED, WHY("KVM_SYSTEM_TIME by its later number")),
	ROW(MSR_KVM_PV_EOI_EN, "KVM_PV_EOI_EN", EMULATE, EMULATE, NONE, BY(pv_eoi), LISTED,
	    WHY("where the guest may end an interrupt without an exit")),
	ROW(MSR_EFER, "IA32_EFER", EMULATE, EMULATE, NONE, BY(efer),
	    WHY("LMA and the VM-entry control follow it; VM entries and exits load it")),
	ROW(MSR_STAR, "IA32_STAR", PASS_THROUGH, EMULATE, SWITCH_BY_HAND, BY(switched), LISTED,
	    WHY("the processor holds the guest's value while the guest runs; written once at boot, "
		"and a write that exits need not be fetched back at each switch")),
	ROW(MSR_LSTAR, "IA32_LSTAR", PASS_THROUGH, EMULATE, SWITCH_BY_HAND,
	    BY2(switched, switched_canonical), LISTED, WHY("as IA32_STAR")),
	ROW(MSR_CSTAR, "IA32_CSTAR", PASS_THROUGH, EMULATE, SWITCH_BY_HAND,
	    BY2(switched, switched_canonical), LISTED, WHY("as IA32_STAR")),
	ROW(MSR_SYSCALL_MASK, "IA32_FMASK", PASS_THROUGH, EMULATE, SWITCH_BY_HAND,
	    BY2(switched, switched_u32), LISTED, WHY("as IA32_STAR")),
	ROW(MSR_FS_BASE, "IA32_FS_BASE", PASS_THROUGH, PASS_THROUGH, VMCS, BY(vmcs),
	    WHY("the base of FS, in the VMCS; written at each task switch of the guest")),
	ROW(MSR_GS_BASE, "IA32_GS_BASE", PASS_THROUGH, PASS_THROUGH, VMCS, BY(vmcs),
	    WHY("the base of GS, in the VMCS; written at each task switch of the guest")),
	ROW(MSR_KERNEL_GS_BASE, "IA32_KERNEL_GS_BASE", PASS_THROUGH, PASS_THROUGH, SWITCH_BY_HAND,
	    BY2(switched, switched_canonical), LISTED,
	    WHY("SWAPGS changes it without an exit, so it is fetched back anyway")),
	ROW(MSR_TSC_AUX, "IA32_TSC_AUX", PASS_THROUGH, EMULATE, SWITCH_BY_HAND,
	    BY2(switched, switched_u32), IF(TSC_AUX), LISTED,
	    WHY("RDTSCP and RDPID read it; the host's has the number of the processor")),
};

const unsigned int msr_table_rows = COUNT_OF(msr_table);

const struct msr_row *msr_find(u32 msr)
{
	unsigned int low = 0, high = COUNT_OF(msr_table);

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (msr < msr_table[middle].first)
			high = middle;
		else if (msr > msr_table[middle].last)
			low = middle + 1;
		else
			return &msr_table[middle];
	}
	return NULL;
}

unsigned int msr_index_list(u32 *indices, unsigned int room)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < COUNT_OF(msr_table); i++) {
		const struct msr_row *row = &msr_table[i];

		if (!row->listed || !msr_exists(row->condition, NULL))
			continue;
		for (u32 msr = row->first; msr <= row->last; msr++, count++)
			if (count < room)
				indices[count] = msr;
	}
	return count;
}

unsigned int msr_feature_list(u32 *indices, unsigned int room)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < COUNT_OF(msr_table); i++) {
		if (!msr_table[i].feature)
			continue;
		if (count < room)
			indices[count] = msr_table[i].first;
		count++;
	}
	return count;
}

int msr_feature_read(u32 msr, u64 *value)
{
	const struct msr_row *row = msr_find(msr);

	if (!row || !row->feature)
		return -ENOENT;
	*value = row->feature();
	return 0;
}
