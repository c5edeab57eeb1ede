/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What several processors have in common, as the capability MSRs of one that can do just that.
 */
#ifndef TOOL_SHARED_H
#define TOOL_SHARED_H

#include "tool/processor/processor_list.h"

/*
 * A control may be 1 (0) if every one of them lets it; a feature is there if every one has it; of a
 * number the smallest holds, of the region's size the largest.  An MSR that one of them lacks is
 * absent.  Revision identifiers that differ become 0: no VMCS moves from one to another.
 */
void shared_values(const struct processors *processors, struct vmx_cap_msrs *shared);

#endif
