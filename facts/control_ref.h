/* SPDX-License-Identifier: GPL-2.0 */
/* How the rows of a list name a control: as the initialiser of a struct ctl_ref. */
#ifndef LINTEL_FACTS_CONTROL_REF_H
#define LINTEL_FACTS_CONTROL_REF_H

#include "facts/control.h"

#define REF(word_, mask)                                                                           \
	{                                                                                          \
		.word = CTL_##word_, .bit = __builtin_ctzll(mask)                                  \
	}

#define PIN(bit)   REF(PIN, PIN_##bit)
#define CPU1(bit)  REF(PRIMARY, CPU1_##bit)
#define CPU2(bit)  REF(SECONDARY, CPU2_##bit)
#define CPU3(bit)  REF(TERTIARY, CPU3_##bit)
#define EXIT(bit)  REF(EXIT, EXIT_##bit)
#define EXIT2(bit) REF(EXIT2, EXIT2_##bit)
#define ENTRY(bit) REF(ENTRY, ENTRY_##bit)

#endif
