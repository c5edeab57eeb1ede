// SPDX-License-Identifier: GPL-2.0
/*
 * JSON of `lintel caps`: what the values do not have is null.
 */
#include <stdio.h>

#include "advice.h"
#include "caps.h"
#include "tool/processor/feature.h"

#define WORD_DIGITS 8  /* of a control word */
#define WIDE_DIGITS 16 /* of a 64-bit one */

static json_t *basic_json(const struct processor *p)
{
	const struct vmx_capability *c = &p->capability;

	if (!cap_msr_present(&p->raw, CAP_BASIC))
		return json_pack("{sn,sn,sn,sn,sn,sn,sn,sn,sn,sn}", "revision_id", "region_size",
				 "order", "basic_cap", "physical_32bit", "dual_monitor",
				 "memory_type", "ins_outs_info", "true_controls", "any_error_code");
	return json_pack("{si,si,si,so,sb,sb,si,sb,sb,sb}", "revision_id",
			 (int)p->config.revision_id, "region_size", (int)p->config.size, "order",
			 (int)p->config.order, "basic_cap", json_hex(p->config.basic_cap, 8),
			 "physical_32bit", c->basic.addresses_32bit, "dual_monitor",
			 c->basic.dual_monitor, "memory_type", (int)c->basic.memory_type,
			 "ins_outs_info", c->basic.ins_outs_info, "true_controls",
			 c->basic.true_ctls, "any_error_code", c->basic.any_error_code);
}

static json_t *word_json(const struct processor *p, enum ctl_word word)
{
	int digits = ctl_word_table[word].wide ? WIDE_DIGITS : WORD_DIGITS;
	enum cap_msr msr = feature_control_msr(&p->raw, word);

	if (msr == CAP_MSRS)
		return json_null();
	return json_pack("{so,so,so,so,so,so}", "msr", json_hex(cap_msr_table[msr].index, 0),
			 "allowed0", json_hex(feature_allowed0(&p->raw, word, msr), digits),
			 "allowed1", json_hex(feature_allowed1(&p->raw, word, msr), digits),
			 "unknown0", json_hex(feature_unknown0(&p->raw, word, msr), digits),
			 "unknown1", json_hex(feature_unknown1(&p->raw, word, msr), digits),
			 "value", p->usable ? json_hex(p->config.ctl[word], digits) : json_null());
}

static json_t *controls_json(const struct processor *p)
{
	return json_pack("{so,so,so,so,so,so}", "pin", word_json(p, CTL_PIN), "primary",
			 word_json(p, CTL_PRIMARY), "secondary", word_json(p, CTL_SECONDARY),
			 "tertiary", word_json(p, CTL_TERTIARY), "exit", word_json(p, CTL_EXIT),
			 "entry", word_json(p, CTL_ENTRY));
}

static json_t *features_json(const struct processor *p)
{
	json_t *features = json_object();

	for (size_t i = 0; i < feature_count; i++) {
		enum answer answer = feature_offered(&p->raw, &feature_table[i]);

		json_object_set_new(features, feature_table[i].key,
				    answer == ANSWER_UNKNOWN ? json_null()
							     : json_boolean(answer == ANSWER_YES));
	}
	return features;
}

/* What a value should be: of a bit the other one, with the reason. */
static json_t *need_json(const struct cap_problem *entry)
{
	bool control = entry->kind == CAP_CANNOT_0 || entry->kind == CAP_CANNOT_1;

	if (control)
		return json_sprintf("%d (%s)", entry->kind == CAP_CANNOT_1, entry->need);
	if (entry->other)
		return json_sprintf("%s \"%s\"", entry->need, entry->other);
	return json_text(entry->need);
}

static json_t *problem_json(const struct cap_problem *entry)
{
	char bits[16], words[CAP_LINE_MAX];
	bool known = entry->kind != CAP_MISSING && !entry->absent;

	snprintf(bits, sizeof(bits), entry->hi_bit == entry->lo_bit ? "%u" : "%u:%u", entry->hi_bit,
		 entry->lo_bit);
	cap_problem_format(words, sizeof(words), entry);
	return json_pack("{so,so,so,so,so,so}", "msr", json_hex(entry->msr, 0), "bits",
			 json_text(bits), "name", json_text(entry->name), "value",
			 known ? json_hex(entry->value, 0) : json_null(), "need", need_json(entry),
			 "text", json_text(words));
}

static json_t *problems_json(const struct cap_report *report)
{
	json_t *problems = json_array();

	for (u32 i = 0; i < report->problems; i++)
		json_array_append_new(problems, problem_json(&report->problem[i]));
	return problems;
}

json_t *caps_json(const struct processor *p)
{
	return json_pack("{so,so,ss,so,so,so,so,so}", "source", json_text(p->source), "cpu",
			 json_text(processor_title(p)), "verdict", processor_verdict(p), "problems",
			 problems_json(&p->report), "basic", basic_json(p), "controls",
			 controls_json(p), "features", features_json(p), "advice",
			 advice_on(p, p->live));
}
