// SPDX-License-Identifier: GPL-2.0
#include "facts/control.h"
#include "facts/control_ref.h"
#include "facts/vmcs_field.h"

#define VPID_CAP(bit_)                                                                             \
	{                                                                                          \
		CTL_WORDS, bit_                                                                    \
	}
#define NEED1(a)    .needs_count = 1, .needs = {a}
#define NEED2(a, b) .needs_count = 2, .needs = {a, b}
#define PAIR(ref)   .has_pair = true, .pair = ref

/* What several rows need. */
#define EPT	   REF(SECONDARY, CPU2_ENABLE_EPT)
#define TPR_SHADOW REF(PRIMARY, CPU1_USE_TPR_SHADOW)
#define VID	   REF(SECONDARY, CPU2_VIRTUAL_INTERRUPT_DELIVERY)

const struct ctl_bit ctl_table[] = {
#define CONTROL(word_, bit_, constant, kvm, ask_, name_, section, why_, text, ...)                 \
	{.word = CTL_##word_,                                                                      \
	 .bit = bit_,                                                                              \
	 .ask = CTL_##ask_,                                                                        \
	 .name = name_,                                                                            \
	 .why = why_,                                                                              \
	 __VA_ARGS__},
#include "facts/control_list.h"
};

const size_t ctl_table_count = COUNT_OF(ctl_table);

#define ONE_HALF		  .wide = false
#define WIDE			  .wide = true
#define ALWAYS			  .activated = false
#define ACTIVATED_BY(word_, mask) .activated = true, .activator = REF(word_, mask)

const struct ctl_word_info ctl_word_table[CTL_WORDS] = {
#define CONTROL_WORD(word_, name_, short_name, field_, msr_, true_msr_, default1_, width,          \
		     activation)                                                                   \
	[CTL_##word_] = {.name = name_,                                                            \
			 .field = field_,                                                          \
			 .msr = CAP_##msr_,                                                        \
			 .true_msr = CAP_##true_msr_,                                              \
			 .default1 = default1_,                                                    \
			 width,                                                                    \
			 activation},
#include "facts/control_word_list.h"
};

const struct ctl_bit *ctl_find(enum ctl_word word, unsigned int bit)
{
	for (size_t i = 0; i < ctl_table_count; i++)
		if (ctl_table[i].word == word && ctl_table[i].bit == bit)
			return &ctl_table[i];
	return NULL;
}

enum cap_msr cap_word_msr(const struct vmx_cap_msrs *raw, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	bool exact = cap_msr_present(raw, CAP_BASIC) ? raw->value[CAP_BASIC] & CAP_BASIC_TRUE_CTLS
						     : cap_msr_present(raw, info->true_msr);

	return exact ? info->true_msr : info->msr;
}
