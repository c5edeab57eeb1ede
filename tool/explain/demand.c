// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "demand.h"

static struct vmcs_config config;
static struct vmx_capability capability;
static struct cap_report report;

static bool taken(const struct vmx_cap_msrs *raw)
{
	return setup_vmcs_config(raw, &config, &capability, &report) == 0;
}

static const struct recorded *find_taken(struct recorded_list list, enum cap_msr msr)
{
	for (unsigned int i = 0; i < list.count; i++)
		if (list.row[i].class == RECORDING_PHYSICAL &&
		    cap_msr_present(&list.row[i].msrs, msr) && taken(&list.row[i].msrs))
			return &list.row[i];
	return NULL;
}

struct demand demand_of_bit(struct recorded_list list, enum cap_msr msr, unsigned int bit)
{
	const struct recorded *base = find_taken(list, msr);
	struct demand demand = {.known = base};
	struct vmx_cap_msrs raw;

	if (!base)
		return demand;
	raw = base->msrs;
	raw.value[msr] ^= BIT64(bit);
	demand.bad = raw.value[msr] >> bit & 1;
	demand.refused = !taken(&raw);
	if (demand.refused)
		snprintf(demand.why, sizeof(demand.why), "%s", report.problem[0].need);
	return demand;
}
