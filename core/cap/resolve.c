// SPDX-License-Identifier: GPL-2.0
/*
 * The control words: from what the processor allows and what the rows of
 * facts/control_list.h ask, to the value that a new VMCS starts with.
 *
 * This is the third of the SDM's algorithms: the TRUE MSR where there is one; a
 * control whose meaning is known is set as wanted where that is allowed; one
 * without a name keeps its default, which is 1 in the default1 class.
 *
 * SDM: "Algorithms for Determining VMX Capabilities"; dependencies between
 * controls: "Checks on VMX Controls".
 */
#include "cap/internal.h"

void cap_word_decode(const struct vmx_cap_msrs *raw, enum ctl_word word, struct vmcs_config *config)
{
	u64 value = cap_msr_value(raw, cap_word_msr(raw, word));

	config->allowed0[word] = ctl_word_table[word].wide ? 0 : (u32)value;
	config->allowed1[word] = ctl_word_table[word].wide ? value : value >> 32;
}

/* Absence is knowledge only if the MSR that would have announced the word was read. */
static bool word_is_known(const struct cap_setup *setup, enum cap_msr msr)
{
	enum cap_msr by = cap_msr_table[msr].by;

	if (cap_msr_present(setup->raw, msr))
		return true;
	return by != CAP_MSRS && cap_msr_present(setup->raw, by) &&
	       !cap_msr_announced(setup->raw, msr);
}

/* Nobody read whether there is a TRUE MSR, nor the TRUE MSR: bits may be 0 after all. */
static bool word_is_exact(const struct cap_setup *setup, enum ctl_word word, enum cap_msr msr)
{
	const struct ctl_word_info *info = &ctl_word_table[word];

	return cap_msr_present(setup->raw, CAP_BASIC) || msr == info->true_msr;
}

static void load_allowed(struct cap_setup *setup, enum ctl_word word)
{
	enum cap_msr msr = cap_word_msr(setup->raw, word);

	setup->word_msr[word] = msr;
	setup->word_known[word] = word_is_known(setup, msr);
	setup->word_exact[word] = word_is_exact(setup, word, msr);
	cap_word_decode(setup->raw, word, setup->config);
}

static u64 named_bits(enum ctl_word word)
{
	u64 named = 0;

	for (size_t i = 0; i < ctl_table_count; i++)
		if (ctl_table[i].word == word)
			named |= BIT64(ctl_table[i].bit);
	return named;
}

/* What is forced, what keeps its default, and what is wanted and allowed. */
static void start_word(struct cap_setup *setup, enum ctl_word word)
{
	struct vmcs_config *config = setup->config;
	u64 value = ctl_word_table[word].default1 & ~named_bits(word);

	for (size_t i = 0; i < ctl_table_count; i++) {
		const struct ctl_bit *row = &ctl_table[i];

		if (row->word == word && (row->ask == CTL_MUST1 || row->ask == CTL_LIKE1))
			value |= BIT64(row->bit);
	}
	config->ctl[word] = (value | config->allowed0[word]) & config->allowed1[word];
}

/* An entry about a control: side 0 is its allowed 0-setting, 1 its allowed 1-setting. */
static struct cap_problem control_entry(const struct cap_setup *setup, const struct ctl_bit *row,
					enum cap_kind kind, int side, const char *need)
{
	enum cap_msr msr = setup->word_msr[row->word];
	u8 bit = row->bit + (side && !ctl_word_table[row->word].wide ? 32 : 0);

	return (struct cap_problem){
		.kind = kind,
		.msr = cap_msr_table[msr].index,
		.hi_bit = bit,
		.lo_bit = bit,
		.absent = !cap_msr_present(setup->raw, msr),
		.name = row->name,
		.need = need,
	};
}

static void check_row(struct cap_setup *setup, const struct ctl_bit *row)
{
	bool can1 = setup->config->allowed1[row->word] >> row->bit & 1;
	bool can0 = !(setup->config->allowed0[row->word] >> row->bit & 1);
	bool need1 = row->ask == CTL_MUST1 || row->ask == CTL_TOGGLE;
	bool need0 = row->ask == CTL_MUST0 || row->ask == CTL_TOGGLE || row->ask == CTL_OFF;

	if (!setup->word_exact[row->word] && (ctl_word_table[row->word].default1 >> row->bit & 1))
		need0 = false;
	if (need1 && !can1)
		cap_setup_problem(setup, control_entry(setup, row, CAP_CANNOT_1, 1, row->why));
	if (!cap_word_is_active(setup->config, row->word))
		return;
	if (need0 && !can0)
		cap_setup_problem(setup, control_entry(setup, row, CAP_CANNOT_0, 0, row->why));
	if (row->ask == CTL_LIKE1 && !can1)
		cap_setup_note(setup, control_entry(setup, row, CAP_ABSENT, 1, row->why));
	if (row->ask == CTL_LIKE1 && !can0)
		cap_setup_note(setup, control_entry(setup, row, CAP_FORCED, 0,
						    "Lintel wants it to be 1 anyway"));
	if (row->ask == CTL_EITHER && !can0)
		cap_setup_note(setup, control_entry(setup, row, CAP_FORCED, 0, row->why));
}

/* Bits without a name that are forced to 1 and always were are no surprise; others are. */
static void check_unnamed(struct cap_setup *setup, enum ctl_word word)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	u64 strange = setup->config->allowed0[word] & ~info->default1 & ~named_bits(word);

	if (!cap_word_is_active(setup->config, word))
		return;
	for (unsigned int bit = 0; bit < 32; bit++)
		if (strange >> bit & 1)
			cap_setup_problem(setup,
					  (struct cap_problem){
						  .kind = CAP_FORCED,
						  .msr = cap_msr_table[setup->word_msr[word]].index,
						  .hi_bit = bit,
						  .lo_bit = bit,
						  .name = "reserved",
						  .need = "Lintel has no name for this control",
					  });
}

/* Turns an optional control off if what it needs is off.  gives: whether it did. */
static bool drop_if_unmet(struct cap_setup *setup, const struct ctl_bit *row)
{
	u64 bit = BIT64(row->bit);
	struct cap_problem entry;
	const char *unmet;

	if (row->ask != CTL_LIKE1 || !(setup->config->ctl[row->word] & bit))
		return false;
	unmet = cap_unmet_need(setup->config, setup->capability, row);
	if (!unmet)
		return false;
	if (setup->config->allowed0[row->word] & bit)
		return false; /* forced: check_forced() has it */
	entry = control_entry(setup, row, CAP_NEEDS, 1, "it needs");
	entry.other = unmet;
	cap_setup_note(setup, entry);
	setup->config->ctl[row->word] &= ~bit;
	return true;
}

/* An optional control that cannot be turned off though what it needs is off. */
static void check_forced(struct cap_setup *setup, const struct ctl_bit *row)
{
	struct cap_problem entry;
	const char *unmet;

	if (row->ask != CTL_LIKE1 || !(setup->config->allowed0[row->word] >> row->bit & 1) ||
	    !cap_word_is_active(setup->config, row->word))
		return;
	unmet = cap_unmet_need(setup->config, setup->capability, row);
	if (!unmet)
		return;
	entry = control_entry(setup, row, CAP_FORCED, 0, "it needs");
	entry.other = unmet;
	cap_setup_problem(setup, entry);
}

static void settle_dependencies(struct cap_setup *setup)
{
	bool changed;

	do {
		changed = false;
		for (size_t i = 0; i < ctl_table_count; i++)
			changed |= drop_if_unmet(setup, &ctl_table[i]);
	} while (changed);
	for (size_t i = 0; i < ctl_table_count; i++)
		check_forced(setup, &ctl_table[i]);
}

void cap_resolve_controls(struct cap_setup *setup)
{
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		load_allowed(setup, word);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		start_word(setup, word);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		if (!cap_word_is_active(setup->config, word))
			setup->config->ctl[word] = 0;
	for (size_t i = 0; i < ctl_table_count; i++)
		if (setup->word_known[ctl_table[i].word])
			check_row(setup, &ctl_table[i]);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		check_unnamed(setup, word);
	settle_dependencies(setup);
}
