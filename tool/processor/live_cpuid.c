// SPDX-License-Identifier: GPL-2.0
/*
 * What CPUID answers on a CPU: the leaves that features are in, and the processor's name.
 *
 * SDM: "CPUID - CPU Identification".
 */
#include <cpuid.h>
#include <sched.h>

#include "facts/cpuid_feature.h"
#include "facts/cpuid_leaf.h"
#include "live.h"

static const struct {
	u32 leaf, subleaf;
} leaves[] = {
	{0x0, 0},
	{0x1, 0},
	{0x6, 0},
	{0x7, 0},
	{0x7, 1},
	{0x7, 2},
	{0xd, 0},
	{0xd, 1},
	{0x14, 0},
	{0x80000000, 0},
	{0x80000001, 0},
	{0x80000002, 0},
	{0x80000003, 0},
	{0x80000004, 0},
	{0x80000007, 0},
	{0x80000008, 0},
	{CPUID_LEAF_HYPERVISOR, 0},
};

#define LEAF_SIGNATURE	1u
#define EBX_OF_ALL_CPUS 0x00ffffffu /* above is the CPU's own APIC ID */

static bool has_hypervisor(const struct recording_more *more)
{
	const struct recording_cpuid *row = recording_cpuid_find(more, LEAF_SIGNATURE, 0);

	return row && cpuid_feature_in(row->out, FEATURE_HYPERVISOR);
}

static void read_leaves(struct recording_more *more)
{
	for (size_t i = 0; i < COUNT_OF(leaves); i++) {
		struct recording_cpuid row = {.leaf = leaves[i].leaf, .subleaf = leaves[i].subleaf};
		u32 highest = __get_cpuid_max(row.leaf & 0x80000000u, NULL);

		if (row.leaf == CPUID_LEAF_HYPERVISOR ? !has_hypervisor(more) : row.leaf > highest)
			continue;
		__cpuid_count(row.leaf, row.subleaf, row.out[0], row.out[1], row.out[2],
			      row.out[3]);
		if (row.leaf == LEAF_SIGNATURE)
			row.out[1] &= EBX_OF_ALL_CPUS;
		recording_add_cpuid(more, &row);
	}
}

void live_read_cpuid(struct recording_more *more, unsigned int cpu)
{
	cpu_set_t before, *set = CPU_ALLOC(LIVE_CPU_MAX + 1);
	size_t size = CPU_ALLOC_SIZE(LIVE_CPU_MAX + 1);

	if (!set)
		return;
	CPU_ZERO_S(size, set);
	CPU_SET_S(cpu, size, set);
	if (!sched_getaffinity(0, sizeof(before), &before) && !sched_setaffinity(0, size, set)) {
		read_leaves(more);
		sched_setaffinity(0, sizeof(before), &before);
	}
	CPU_FREE(set);
}
