/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In whose words controls and capabilities are named: --names of diff and compat.
 */
#ifndef TOOL_NAMES_H
#define TOOL_NAMES_H

#include "facts/alias_text.h"
#include "tool/command.h"

enum name_set { NAMES_SDM, NAMES_QEMU, NAMES_KERNEL };

#define NAMES_HELP                                                                                 \
	"  --names WHOSE  sdm, qemu or kernel (that of /proc/cpuinfo); what has no name\n"         \
	"                 there has the SDM's\n"

/* The argument of --names; one that is none ends the process. */
enum name_set names_parse(const struct command *command, const char *text);

/* A control's name, or `name' where they have none of their own. */
const char *names_control(enum name_set set, enum ctl_word word, unsigned int bit,
			  const char *name);

/* The same of a bit of a capability MSR that is no control word. */
const char *names_capability(enum name_set set, enum cap_msr msr, unsigned int bit,
			     const char *name);

#endif
