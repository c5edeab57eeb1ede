// SPDX-License-Identifier: GPL-2.0
/*
 * What recordings have beside the capability MSRs.
 *
 * SDM: "CPUID - CPU Identification"; volume 4, "Architectural MSRs".
 */
#include <string.h>

#include "facts/cpuid_feature.h"
#include "recording.h"

const struct recording_msr_info recording_msr_table[RECORDING_MSRS] = {
	[RECORDING_CORE_CAPABILITIES] = {0xcf, "IA32_CORE_CAPABILITIES"},
	[RECORDING_ARCH_CAPABILITIES] = {0x10a, "IA32_ARCH_CAPABILITIES"},
	[RECORDING_MISC_ENABLE] = {0x1a0, "IA32_MISC_ENABLE"},
};

#define LEAF_SIGNATURE	1u
#define LEAF_BRAND	0x80000002u
#define BRAND_LEAVES	3u
#define EXTENDED_FAMILY 15u /* the other fields add to a family of this; models of 6, too */

const struct recording_cpuid *recording_cpuid_find(const struct recording_more *more, u32 leaf,
						   u32 subleaf)
{
	for (unsigned int i = 0; i < more->cpuids; i++)
		if (more->cpuid[i].leaf == leaf && more->cpuid[i].subleaf == subleaf)
			return &more->cpuid[i];
	return NULL;
}

void recording_add_cpuid(struct recording_more *more, const struct recording_cpuid *row)
{
	if (more->cpuids < RECORDING_CPUID_MAX &&
	    !recording_cpuid_find(more, row->leaf, row->subleaf))
		more->cpuid[more->cpuids++] = *row;
}

static void take_signature(struct recording *recording, const u32 out[4])
{
	u32 family = out[CPUID_REG_EAX] >> 8 & 15, model = out[CPUID_REG_EAX] >> 4 & 15;

	if (family == 6 || family == EXTENDED_FAMILY)
		model |= out[CPUID_REG_EAX] >> 12 & 0xf0;
	if (family == EXTENDED_FAMILY)
		family += out[CPUID_REG_EAX] >> 20 & 0xff;
	recording->family = family;
	recording->model = model;
	recording->stepping = out[CPUID_REG_EAX] & 15;
}

static void take_brand(struct recording *recording, const struct recording_more *more)
{
	char name[BRAND_LEAVES * 16 + 1] = "";
	size_t skip;

	for (u32 i = 0; i < BRAND_LEAVES; i++) {
		const struct recording_cpuid *row = recording_cpuid_find(more, LEAF_BRAND + i, 0);

		if (!row)
			return;
		memcpy(name + i * sizeof(row->out), row->out, sizeof(row->out));
	}
	skip = strspn(name, " ");
	for (char *at = name; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	memcpy(recording->cpu, name + skip, sizeof(name) - skip);
}

void recording_take_cpuid(struct recording *recording)
{
	const struct recording_more *more = &recording->set[0].more;
	const struct recording_cpuid *row;

	if (!recording->sets)
		return;
	row = recording_cpuid_find(more, LEAF_SIGNATURE, 0);
	if (!recording->cpu[0])
		take_brand(recording, more);
	if (row && !recording->family)
		take_signature(recording, row->out);
	if (row && recording->class == RECORDING_UNKNOWN &&
	    cpuid_feature_in(row->out, FEATURE_HYPERVISOR))
		recording->class = RECORDING_VIRTUAL;
}
