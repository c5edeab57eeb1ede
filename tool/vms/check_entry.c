// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <string.h>

#include "check_entry.h"
#include "facts/exit_reason_text.h"
#include "facts/instruction_error_text.h"

struct check_entry check_entry_of(const struct vmcs_dump *dump, u32 hardware_error)
{
	const struct vmcs_values *fields = &dump->image.fields;
	struct check_entry entry = {0};
	u64 reason;

	entry.known = vmcs_values_get(fields, VM_EXIT_REASON, &reason);
	entry.reason = (u32)reason;
	entry.has_qualification = vmcs_values_get(fields, EXIT_QUALIFICATION, &entry.qualification);
	if (hardware_error && !(hardware_error & EXIT_REASON_ENTRY_FAILURE)) {
		/* VMfail leaves the reason of the last exit. */
		entry.error = hardware_error;
		entry.known = true;
	} else if (hardware_error && !entry.known) {
		entry.reason = hardware_error;
		entry.known = true;
	}
	entry.failed = entry.error || (entry.reason & EXIT_REASON_ENTRY_FAILURE);
	return entry;
}

#define QUALIFICATION_NMI 3

/* SDM: "VM-Entry Failures During or After Loading Guest State". */
static void say_qualification(const struct check_entry *entry, char *words, size_t size)
{
	static const char *const guest_state[] = {
		[2] = ": the page-directory-pointer-table entries",
		[QUALIFICATION_NMI] = ": an NMI is injected, and blocked by STI",
		[4] = ": the VMCS link pointer",
	};
	unsigned long long qualification = entry->qualification;
	u32 basic = EXIT_REASON_BASIC(entry->reason);

	if (!entry->has_qualification) {
		*words = '\0';
	} else if (basic == EXIT_REASON_MSR_LOADING) {
		snprintf(words, size,
			 "; qualification 0x%llx: entry %llu of the MSR-load area, from 1",
			 qualification, qualification);
	} else {
		bool named = basic == EXIT_REASON_INVALID_GUEST_STATE && qualification >= 2 &&
			     qualification <= 4;

		snprintf(words, size, "; qualification 0x%llx%s", qualification,
			 named ? guest_state[qualification] : "");
	}
}

void check_entry_words(const struct check_entry *entry, char *words, size_t size)
{
	const struct exit_text *text = exit_text_find(EXIT_REASON_BASIC(entry->reason));
	const struct error_text *error = error_text_find(entry->error);
	char qualification[120];

	say_qualification(entry, qualification, sizeof(qualification));
	if (!entry->known)
		snprintf(words, size, "whether the entry failed is not in the dump");
	else if (entry->error)
		snprintf(words, size, "the entry failed: VM-instruction error %u (%s)",
			 entry->error, error ? error->text : "none that the SDM names");
	else if (entry->failed)
		snprintf(words, size, "the entry failed: exit reason 0x%x (%s)%s", entry->reason,
			 text ? text->name : "none that the SDM names", qualification);
	else
		snprintf(words, size,
			 "the entry did not fail, as exit reason 0x%x (%s) is that of an exit",
			 entry->reason, text ? text->name : "none that the SDM names");
}

bool check_entry_is_of(const struct check_entry *entry, const struct check_rule *rule)
{
	enum check_consequence consequence = check_sections[rule->section].consequence;

	if (entry->error)
		return consequence == (enum check_consequence)entry->error;
	if (consequence != (enum check_consequence)EXIT_REASON_BASIC(entry->reason))
		return false;
	if (consequence == CHECK_FAILS_MSR_LOADING || !entry->has_qualification)
		return true;
	if (entry->qualification == QUALIFICATION_NMI)
		return !strcmp(rule->id, "guest.blocking.nmi_sti");
	return entry->qualification == rule->qualification;
}

bool check_entry_is_answered(const struct check_entry *entry, const struct vmcs_dump *dump,
			     const struct check_summary *summary)
{
	if (dump->mixed || !(summary->holds + summary->broken))
		return false;
	return summary->broken || !entry->failed;
}
