/* SPDX-License-Identifier: GPL-2.0 */
/* What was written and read again, against what it was. */
#ifndef LINTEL_TESTS_FUZZ_SAME_H
#define LINTEL_TESTS_FUZZ_SAME_H

#include "cap/cap.h"

static inline bool same_msrs(const struct vmx_cap_msrs *one, const struct vmx_cap_msrs *other)
{
	for (enum cap_msr msr = 0; msr < CAP_MSRS; msr++)
		if (cap_msr_present(one, msr) != cap_msr_present(other, msr) ||
		    (cap_msr_present(one, msr) && one->value[msr] != other->value[msr]))
			return false;
	return true;
}

#endif
