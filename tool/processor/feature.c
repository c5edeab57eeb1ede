// SPDX-License-Identifier: GPL-2.0
#include "feature.h"

#define CONTROL(word, mask)                                                                        \
	{                                                                                          \
		CTL_##word, __builtin_ctzll(mask)                                                  \
	}
#define EPT_VPID(bit)                                                                              \
	{                                                                                          \
		CTL_WORDS, bit                                                                     \
	}

const struct feature feature_table[] = {
	{"msr_bitmap", CONTROL(PRIMARY, CPU1_USE_MSR_BITMAPS)},
	{"tpr_shadow", CONTROL(PRIMARY, CPU1_USE_TPR_SHADOW)},
	{"ept", CONTROL(SECONDARY, CPU2_ENABLE_EPT)},
	{"unrestricted_guest", CONTROL(SECONDARY, CPU2_UNRESTRICTED_GUEST)},
	{"vpid", CONTROL(SECONDARY, CPU2_ENABLE_VPID)},
	{"ept_1g", EPT_VPID(17)},
	{"ept_ad", EPT_VPID(21)},
	{"apic_register_virtualization", CONTROL(SECONDARY, CPU2_APIC_REGISTER_VIRTUALIZATION)},
	{"virtual_interrupt_delivery", CONTROL(SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY)},
	{"posted_interrupts", CONTROL(PIN, PIN_PROCESS_POSTED_INTERRUPTS)},
	{"preemption_timer", CONTROL(PIN, PIN_ACTIVATE_PREEMPTION_TIMER)},
	{"pml", CONTROL(SECONDARY, CPU2_ENABLE_PML)},
	{"vmfunc", CONTROL(SECONDARY, CPU2_ENABLE_VM_FUNCTIONS)},
	{"tsc_scaling", CONTROL(SECONDARY, CPU2_USE_TSC_SCALING)},
	{"shadow_vmcs", CONTROL(SECONDARY, CPU2_VMCS_SHADOWING)},
};

const size_t feature_count = COUNT_OF(feature_table);

enum cap_msr feature_control_msr(const struct vmx_cap_msrs *raw, enum ctl_word word)
{
	enum cap_msr msr = cap_word_msr(raw, word);

	if (!cap_msr_present(raw, msr))
		msr = ctl_word_table[word].msr;
	return cap_msr_present(raw, msr) ? msr : CAP_MSRS;
}

u64 feature_allowed0(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr)
{
	return ctl_word_table[word].wide ? 0 : (u32)raw->value[msr];
}

u64 feature_allowed1(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr)
{
	return ctl_word_table[word].wide ? raw->value[msr] : raw->value[msr] >> 32;
}

u64 feature_unknown0(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr)
{
	return ctl_word_table[word].wide ? 0 : (u32)raw->unknown[msr];
}

u64 feature_unknown1(const struct vmx_cap_msrs *raw, enum ctl_word word, enum cap_msr msr)
{
	return ctl_word_table[word].wide ? raw->unknown[msr] : raw->unknown[msr] >> 32;
}

enum answer feature_offered(const struct vmx_cap_msrs *raw, const struct feature *feature)
{
	enum ctl_word word = feature->bit.word;
	enum cap_msr msr = word == CTL_WORDS ? CAP_EPT_VPID_CAP : feature_control_msr(raw, word);
	u64 offered, unknown;

	if (msr == CAP_MSRS || !cap_msr_present(raw, msr))
		return ANSWER_UNKNOWN;
	offered = word == CTL_WORDS ? raw->value[msr] : feature_allowed1(raw, word, msr);
	unknown = word == CTL_WORDS ? raw->unknown[msr] : feature_unknown1(raw, word, msr);
	if (unknown >> feature->bit.bit & 1)
		return ANSWER_UNKNOWN;
	return offered >> feature->bit.bit & 1 ? ANSWER_YES : ANSWER_NO;
}
