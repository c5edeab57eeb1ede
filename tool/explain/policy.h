/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSR policy in words: the rows of the table of MSRs.
 */
#ifndef TOOL_POLICY_H
#define TOOL_POLICY_H

#include "facts/msr_bitmap.h"

/* "RDMSR", "WRMSR" */
const char *policy_instruction(enum msr_direction direction);

/* What a row (NULL: none) makes of an access, and the same in one word for tables. */
const char *policy_access(const struct msr_row *row, enum msr_direction direction);
const char *policy_access_word(const struct msr_row *row, enum msr_direction direction);

/* Who keeps the host's value apart from the guest's. */
const char *policy_owner(enum msr_owner owner);
const char *policy_owner_word(enum msr_owner owner);

/* What has to be so for a guest to have the MSR; NULL: nothing. */
const char *policy_condition(const struct msr_row *row);

#endif
