/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a dump says of the entry itself: whether it failed, and what the processor refused.  Of the
 * rules those that say the same are its reason; where none does, the dump is not all there is.
 */
#ifndef TOOL_CHECK_ENTRY_H
#define TOOL_CHECK_ENTRY_H

#include "vmcs/check.h"
#include "vmcs_dump.h"

struct check_entry {
	bool known, failed;
	bool has_qualification;
	u32 reason; /* of an exit, with bit 31 */
	u32 error;  /* VM-instruction error; 0: the entry got as far as the guest */
	u64 qualification;
};

/* From the dump's exit reason and qualification; `hardware_error` is what a VMM has said of the
 * entry, 0: nothing. */
struct check_entry check_entry_of(const struct vmcs_dump *dump, u32 hardware_error);

/* "exit reason 0x80000021: ...", into `words`. */
void check_entry_words(const struct check_entry *entry, char *words, size_t size);

/* Would the processor have refused with these numbers for that rule? */
bool check_entry_is_of(const struct check_entry *entry, const struct check_rule *rule);

/* Everything that rules have to say has been said: the summary's figures are an answer. */
bool check_entry_is_answered(const struct check_entry *entry, const struct vmcs_dump *dump,
			     const struct check_summary *summary);

#endif
