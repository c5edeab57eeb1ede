/* SPDX-License-Identifier: GPL-2.0 */
/* Statements that must end in a sim_panic(). */
#ifndef LINTEL_TESTS_UNIT_SIM_PANIC_H
#define LINTEL_TESTS_UNIT_SIM_PANIC_H

#include <setjmp.h>

#include "sim.h"
#include "test.h"

extern jmp_buf panic_return;
extern char panic_words[512];

void panic_expect(void);
void panic_expect_end(const char *file, int line, const char *words);

/* The statement must panic, with these words among its own.  Locks are all free afterwards. */
#define EXPECT_PANIC(statement, words)                                                             \
	do {                                                                                       \
		panic_expect();                                                                    \
		if (!setjmp(panic_return)) {                                                       \
			statement;                                                                 \
		}                                                                                  \
		panic_expect_end(__FILE__, __LINE__, words);                                       \
	} while (0)

#endif
