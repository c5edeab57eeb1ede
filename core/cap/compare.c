// SPDX-License-Identifier: GPL-2.0
/*
 * Does another processor agree with the first one?  A vCPU moves between
 * processors with its VMCS, so all that Lintel reads from vmcs_config and
 * vmx_capability has to hold on each of them.  Settings that Lintel does not use
 * may differ; that is noted.
 */
#include "cap/internal.h"
#include "cap/fields.h"
#include "host.h"

struct comparison {
	const struct vmcs_config *a, *b;
	const struct vmx_capability *a_capability, *b_capability;
	struct cap_report *report;
	bool differs;
};

static void compare_field(struct comparison *c, const struct cap_field *field)
{
	struct cap_problem entry = {
		.kind = CAP_DIFFERS,
		.msr = cap_msr_table[field->msr].index,
		.hi_bit = field->hi_bit,
		.lo_bit = field->lo_bit,
		.name = field->name,
		.need = "it is",
		.value = cap_field_load(field, c->b, c->b_capability),
		.want = cap_field_load(field, c->a, c->a_capability),
	};

	if (entry.value == entry.want)
		return;
	cap_report_problem(c->report, &entry);
	c->differs = true;
}

/* One bit of a control word, or of what is allowed for it: side 1 is the high half of the MSR. */
static void report_bit(struct comparison *c, enum ctl_word word, unsigned int bit, int side,
		       bool chosen, bool b_value)
{
	const struct ctl_word_info *info = &ctl_word_table[word];
	const struct ctl_bit *row = ctl_find(word, bit);
	u8 msr_bit = bit + (side && !info->wide ? 32 : 0);
	struct cap_problem entry = {
		.kind = CAP_DIFFERS,
		.msr = cap_msr_table[c->b_capability->basic.true_ctls ? info->true_msr : info->msr]
			       .index,
		.hi_bit = msr_bit,
		.lo_bit = msr_bit,
		.name = row ? row->name : "reserved",
		.need = chosen ? "Lintel's choice for it is" : "Lintel does not use it; it is",
		.value = b_value,
		.want = !b_value,
	};

	if (!chosen) {
		cap_report_note(c->report, &entry);
		return;
	}
	cap_report_problem(c->report, &entry);
	c->differs = true;
}

static void compare_bits(struct comparison *c, enum ctl_word word, u64 a, u64 b, int side,
			 bool chosen)
{
	for (unsigned int bit = 0; bit < 64; bit++)
		if ((a ^ b) >> bit & 1)
			report_bit(c, word, bit, side, chosen, b >> bit & 1);
}

static void compare_word(struct comparison *c, enum ctl_word word)
{
	u64 chosen = c->a->ctl[word] ^ c->b->ctl[word];

	compare_bits(c, word, c->a->ctl[word], c->b->ctl[word], 1, true);
	compare_bits(c, word, c->a->allowed0[word] & ~chosen, c->b->allowed0[word] & ~chosen, 0,
		     false);
	compare_bits(c, word, c->a->allowed1[word] & ~chosen, c->b->allowed1[word] & ~chosen, 1,
		     false);
}

int cap_compare(const struct vmcs_config *a_config, const struct vmx_capability *a_capability,
		const struct vmcs_config *b_config, const struct vmx_capability *b_capability,
		struct cap_report *report)
{
	struct comparison c = {
		.a = a_config,
		.b = b_config,
		.a_capability = a_capability,
		.b_capability = b_capability,
		.report = report,
	};

	for (size_t i = 0; i < cap_field_count; i++)
		compare_field(&c, &cap_field_table[i]);
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		compare_word(&c, word);
	return c.differs ? -EIO : 0;
}
