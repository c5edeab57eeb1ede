/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Weaknesses of the processor that each VM entry has to do something about.
 */
#ifndef LINTEL_LINUX_MITIGATION_H
#define LINTEL_LINUX_MITIGATION_H

#include <linux/types.h>

/* The L1 data cache is to be emptied before each VM entry: this processor lets a guest read what is
 * in it through a page-table entry that is not present (L1TF). */
extern bool flush_l1d;

void mitigation_init(void);

#endif
