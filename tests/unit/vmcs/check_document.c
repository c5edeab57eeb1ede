// SPDX-License-Identifier: GPL-2.0
/*
 * docs/vm-entry-checks.md has a line for each rule, with what two emulated processors make of it,
 * as their capability MSRs and breaks.c let expect.  The lab holds the same table against what they
 * do.
 *
 * PRINT=1 build/unit/unit check_document prints the table.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../vmentry/vmentry.h"
#include "test.h"
#include "tool/recording.h"
#include "vcpu/state.h"

#define MODELS 2

static const char *const models[MODELS] = {"broadwell_ult", "tigerlake"};

static struct vmcs_image image;

static bool read_model(const char *name, struct vmcs_processor *processor)
{
	static struct recording recording;
	struct recording_error error;
	char path[128];

	snprintf(path, sizeof(path), "data/cpus/bochs-2.7_%s.msr", name);
	if (recording_read(test_source_path(path), &recording, &error))
		return false;
	vmcs_processor_decode(processor, &recording.set[0].msrs);
	processor->physical_width = 40;
	processor->linear_width = 48;
	return true;
}

/* As the module has it: this rule alone is broken. */
static bool is_alone(const char *id)
{
	struct vmcs_check check;
	unsigned int broken = 0;

	for (unsigned int i = 0; i < check_rule_count(); i++)
		broken += check_rule_run(&check, &image, check_rule_at(i)) == CHECK_BROKEN;
	return broken == 1 && check_rule_run(&check, &image, check_rule_find(id)) == CHECK_BROKEN;
}

static const char *expected_of(const struct vmentry_break *row)
{
	switch (row->bochs) {
	case BOCHS_ENTERS:
		return "enters";
	case BOCHS_ENTERS_WITH_CET:
		return image.processor.capability.basic.any_error_code ? "enters" : "agrees";
	case BOCHS_DIFFERS:
		return "differs";
	case BOCHS_NOT_TRIED:
		return "not tried";
	default:
		return "agrees";
	}
}

static const char *verdict(const char *id, const struct vmcs_processor *processor)
{
	const struct vmentry_host host = {
		.state = {.cr0 = CR0_PE | CR0_NE | CR0_ET | CR0_WP | CR0_PG,
			  .cr4 = CR4_PAE | CR4_VMXE,
			  .cs = 16,
			  .ss = 24,
			  .tr = 64,
			  .efer = IA32_EFER_LME | IA32_EFER_LMA | IA32_EFER_SCE | IA32_EFER_NXE,
			  .pat = 0x0407050600070106},
		.page = 0x1000,
		.ept = 0x2000,
		.msr_area = 0x3000,
	};

	image.processor = *processor;
	for (unsigned int i = 0; i < vmentry_break_count; i++) {
		const struct vmentry_break *row = &vmentry_breaks[i];

		if (!strcmp(row->rule, id) && vmentry_build(&image, &host, row) &&
		    vmentry_break(&image, row) && is_alone(id))
			return expected_of(row);
	}
	return "-";
}

static char document[65536];

static void read_document(void)
{
	FILE *file = fopen(test_source_path("docs/vm-entry-checks.md"), "r");

	if (!file)
		return;
	document[fread(document, 1, sizeof(document) - 1, file)] = '\0';
	fclose(file);
}

static void print_section(const struct check_rule *rule, unsigned int index)
{
	if (index && check_rule_at(index - 1)->section == rule->section)
		return;
	printf("\n### %s\n\n| rule | field | needed |", check_sections[rule->section].title);
	for (unsigned int i = 0; i < MODELS; i++)
		printf(" %s |", models[i]);
	printf("\n| --- | --- | --- | --- | --- |\n");
}

TEST(check_document_has_every_rule)
{
	struct vmcs_processor processor[MODELS];
	const bool print = getenv("PRINT");
	unsigned int covered = 0;
	char line[400];

	for (unsigned int i = 0; i < MODELS; i++)
		REQUIRE_TRUE(read_model(models[i], &processor[i]));
	read_document();
	for (unsigned int i = 0; i < check_rule_count(); i++) {
		const struct check_rule *rule = check_rule_at(i);
		const char *of_model[MODELS];

		for (unsigned int model = 0; model < MODELS; model++)
			of_model[model] = verdict(rule->id, &processor[model]);
		snprintf(line, sizeof(line), "| `%s` | %s | %s | %s | %s |\n", rule->id,
			 vmcs_field_find(rule->field)->name, rule->need, of_model[0], of_model[1]);
		if (print) {
			print_section(rule, i);
			fputs(line, stdout);
		} else {
			EXPECT_CONTAINS(document, line);
		}
		covered += strcmp(of_model[0], "-") || strcmp(of_model[1], "-");
	}
	EXPECT_TRUE(covered >= 100);
	if (print)
		printf("\n%u of %u\n", covered, check_rule_count());
}
