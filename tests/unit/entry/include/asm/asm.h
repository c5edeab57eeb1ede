/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's: the table of instructions that may fault is one that the test reads. */
#ifndef LINTEL_TESTS_UNIT_ENTRY_ASM_H
#define LINTEL_TESTS_UNIT_ENTRY_ASM_H

#define _ASM_EXTABLE(from, to)                                                                     \
	.pushsection entry_faults, "aw";                                                           \
	.quad from, to;                                                                            \
	.popsection

#endif
