/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's, for linux/entry.S in a process. */
#ifndef LINTEL_TESTS_UNIT_ENTRY_LINKAGE_H
#define LINTEL_TESTS_UNIT_ENTRY_LINKAGE_H

#define SYM_L_GLOBAL .globl
#define SYM_FUNC_START(name)                                                                       \
	.globl name;                                                                               \
	.type name, @function;                                                                     \
	name:
#define SYM_FUNC_END(name) .size name, . - name
#define SYM_INNER_LABEL(name, linkage)                                                             \
	linkage name;                                                                              \
	name:
#define RET ret

#endif
