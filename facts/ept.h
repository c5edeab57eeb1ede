/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What comes with EPT and VPIDs beside the tables: why a violation happened, what INVEPT and
 * INVVPID invalidate, how long the page-modification log is.
 */
#ifndef LINTEL_FACTS_EPT_H
#define LINTEL_FACTS_EPT_H

#include "types.h"

/* "Exit Qualification for EPT Violations" */
#define EPT_VIOLATION_READ	   BIT64(0)
#define EPT_VIOLATION_WRITE	   BIT64(1)
#define EPT_VIOLATION_FETCH	   BIT64(2)
#define EPT_VIOLATION_GLA_VALID	   BIT64(7)
#define EPT_VIOLATION_GLA_IS_FINAL BIT64(8) /* the access itself, not that of a page table */

/* "INVEPT" */
enum invept_type {
	INVEPT_SINGLE_CONTEXT = 1,
	INVEPT_ALL_CONTEXTS = 2,
};

/* "INVVPID" */
enum invvpid_type {
	INVVPID_INDIVIDUAL_ADDRESS = 0,
	INVVPID_SINGLE_CONTEXT = 1,
	INVVPID_ALL_CONTEXTS = 2,
	INVVPID_RETAINING_GLOBALS = 3, /* a single context, but not its global translations */
};

/* "Page-Modification Logging" */
#define PML_ENTRIES 512

#endif
