// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities, choices and reports as text.
 */
#include "cap/describe.h"
#include "cap/internal.h"
#include "cap/fields.h"
#include "host.h"

static void describe_msr(const struct vmx_cap_msrs *raw, enum cap_msr msr, cap_emit_fn emit,
			 void *ctx)
{
	const struct cap_msr_info *info = &cap_msr_table[msr];
	char line[CAP_LINE_MAX];

	if (cap_msr_present(raw, msr))
		host_snprintf(line, sizeof(line), "0x%03x %-28s 0x%016llx", info->index, info->name,
			      raw->value[msr]);
	else
		host_snprintf(line, sizeof(line), "0x%03x %-28s %s", info->index, info->name,
			      cap_msr_announced(raw, msr) ? "cannot be read" : "not there");
	emit(ctx, line);
}

/* One field: its bits, name and value; 0 and 1 as such, anything wider also in hex. */
static void describe_field(const struct cap_field *field, u64 value, cap_emit_fn emit, void *ctx)
{
	char bits[16], line[CAP_LINE_MAX];

	if (field->hi_bit == field->lo_bit)
		host_snprintf(bits, sizeof(bits), "%u", field->lo_bit);
	else
		host_snprintf(bits, sizeof(bits), "%u:%u", field->hi_bit, field->lo_bit);
	host_snprintf(line, sizeof(line),
		      value > 9 ? "  %-6s %s = %llu (0x%llx)" : "  %-6s %s = %llu", bits,
		      field->name, value, value);
	emit(ctx, line);
}

static void describe_basic(u64 basic, cap_emit_fn emit, void *ctx)
{
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (field->msr == CAP_BASIC)
			describe_field(field, cap_bits(basic, field->hi_bit, field->lo_bit), emit,
				       ctx);
	}
}

void cap_describe_msrs(const struct vmx_cap_msrs *raw, cap_emit_fn emit, void *ctx)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++) {
		describe_msr(raw, msr, emit, ctx);
		if (msr == CAP_BASIC && cap_msr_present(raw, msr))
			describe_basic(raw->value[msr], emit, ctx);
	}
}

void cap_describe_capability(const struct vmcs_config *config,
			     const struct vmx_capability *capability, cap_emit_fn emit, void *ctx)
{
	char line[CAP_LINE_MAX];

	host_snprintf(line, sizeof(line),
		      "VMCS and VMXON regions: %u bytes (page order %u), revision 0x%x, "
		      "basic_cap 0x%08x",
		      config->size, config->order, config->revision_id, config->basic_cap);
	emit(ctx, line);
	for (size_t i = 0; i < cap_field_count; i++) {
		const struct cap_field *field = &cap_field_table[i];

		if (i == 0 || field[-1].msr != field->msr)
			emit(ctx, cap_msr_table[field->msr].name);
		describe_field(field, cap_field_load(field, config, capability), emit, ctx);
	}
}

static void describe_word(const struct vmcs_config *config, enum ctl_word word, cap_emit_fn emit,
			  void *ctx)
{
	char line[CAP_LINE_MAX];

	host_snprintf(line, sizeof(line),
		      "%s controls: 0x%08llx (forced to 1: 0x%08llx, may be 1: 0x%08llx)",
		      ctl_word_table[word].name, config->ctl[word], config->allowed0[word],
		      config->allowed1[word]);
	emit(ctx, line);
}

void cap_describe_words(const struct vmcs_config *config, cap_emit_fn emit, void *ctx)
{
	for (enum ctl_word word = 0; word < CTL_WORDS; word++)
		describe_word(config, word, emit, ctx);
}

/* Why the bit is set as it is, without the table's `why'. */
static const char *reason_of(const struct vmcs_config *config, const struct ctl_bit *row)
{
	u64 bit = BIT64(row->bit);

	if (config->ctl[row->word] & bit) {
		if (row->ask == CTL_MUST1)
			return "required";
		return config->allowed0[row->word] & bit ? "forced to 1" : "in use";
	}
	if (!(config->allowed1[row->word] & bit))
		return "not available";
	if (row->ask == CTL_TOGGLE)
		return "changes at run time";
	return row->ask == CTL_MUST0 ? "has to be 0" : "not used";
}

static void describe_control(const struct vmcs_config *config,
			     const struct vmx_capability *capability, const struct ctl_bit *row,
			     cap_emit_fn emit, void *ctx)
{
	bool on = config->ctl[row->word] >> row->bit & 1;
	bool available = config->allowed1[row->word] >> row->bit & 1;
	const char *unmet = NULL;
	char line[CAP_LINE_MAX];

	if (row->ask == CTL_LIKE1 && !on && available)
		unmet = cap_unmet_need(config, capability, row);
	if (unmet)
		host_snprintf(line, sizeof(line), "  %u  bit %-2u %s: needs \"%s\"", on, row->bit,
			      row->name, unmet);
	else
		host_snprintf(line, sizeof(line), "  %u  bit %-2u %s: %s: %s", on, row->bit,
			      row->name, reason_of(config, row), row->why);
	emit(ctx, line);
}

void cap_describe_controls(const struct vmcs_config *config,
			   const struct vmx_capability *capability, cap_emit_fn emit, void *ctx)
{
	for (size_t i = 0; i < ctl_table_count; i++) {
		if (i == 0 || ctl_table[i - 1].word != ctl_table[i].word)
			describe_word(config, ctl_table[i].word, emit, ctx);
		describe_control(config, capability, &ctl_table[i], emit, ctx);
	}
}

static void describe_entries(const struct cap_problem *entry, u32 count, u32 dropped,
			     cap_emit_fn emit, void *ctx)
{
	char line[CAP_LINE_MAX];

	for (u32 i = 0; i < count; i++) {
		cap_problem_format(line, sizeof(line), &entry[i]);
		emit(ctx, line);
	}
	if (dropped) {
		host_snprintf(line, sizeof(line), "and %u more that the report had no room for",
			      dropped);
		emit(ctx, line);
	}
}

void cap_describe_problems(const struct cap_report *report, cap_emit_fn emit, void *ctx)
{
	describe_entries(report->problem, report->problems, report->dropped_problems, emit, ctx);
}

void cap_describe_notes(const struct cap_report *report, cap_emit_fn emit, void *ctx)
{
	describe_entries(report->note, report->notes, report->dropped_notes, emit, ctx);
}
