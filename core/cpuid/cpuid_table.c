// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_GET_SUPPORTED_CPUID: what this processor has, as far as the kernel uses it and Lintel can let
 * a guest have it.
 *
 * SDM: "CPUID - CPU Identification".
 */
#include "cpuid/cpuid.h"
#include "facts/cpuid_leaf.h"

#define XSAVE_LEGACY_AND_HEADER 576

u32 cpuid_xsave_size(u64 components, bool compacted)
{
	u32 size = XSAVE_LEGACY_AND_HEADER;

	for (unsigned int i = CPUID_FIRST_COMPONENT; i < CPUID_COMPONENTS; i++) {
		u32 out[4], at;

		if (!(components & BIT64(i)))
			continue;
		/* EAX: size, EBX: offset in the standard format */
		host_cpuid(CPUID_LEAF_XSAVE_STATE, i, out);
		at = compacted ? size : out[1];
		if (compacted && (out[2] & CPUID_COMPONENT_ALIGNED))
			at = (at + 63) & ~63u;
		if (at + out[0] > size)
			size = at + out[0];
	}
	return size;
}

struct list {
	struct kvm_cpuid_entry2 *entry;
	unsigned int room, count;
};

/* The entry goes into the list if it fits, and counts in any case. */
static void add(struct list *list, u32 leaf, const u32 out[4])
{
	if (list->count < list->room)
		list->entry[list->count] = (struct kvm_cpuid_entry2){
			.function = leaf,
			.eax = out[0],
			.ebx = out[1],
			.ecx = out[2],
			.edx = out[3],
		};
	list->count++;
}

static void add_indexed(struct list *list, u32 leaf, u32 subleaf, const u32 out[4])
{
	add(list, leaf, out);
	if (list->count > list->room)
		return;
	list->entry[list->count - 1].index = subleaf;
	list->entry[list->count - 1].flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX;
}

static void leaf_zero(struct list *list, u32 leaf)
{
	static const u32 zero[4];

	add(list, leaf, zero);
}

static void leaf_as_host(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	add(list, leaf, out);
}

/* The highest leaves: what lies above is of no use to a guest, or must not be seen. */
#define LEAF_MAX	  0x16u
#define LEAF_KVM_MAX	  0x40000001u
#define LEAF_EXTENDED_MAX 0x80000008u

/* The last leaf of the range that begins with `first`.  That of the hypervisor is Lintel's own. */
static u32 range_end(u32 first)
{
	u32 most = first ? LEAF_EXTENDED_MAX : LEAF_MAX;
	u32 out[4];

	if (first == CPUID_LEAF_HYPERVISOR)
		return LEAF_KVM_MAX;
	host_cpuid(first, 0, out);
	return out[0] < most ? out[0] : most;
}

/* EAX of the first leaf is the last; of the basic ones' the rest is the vendor's name. */
static void leaf_first(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[0] = range_end(leaf);
	add(list, leaf, out);
}

/* The words of this part of the leaf that have features in them. */
static void features_of(u32 leaf, u32 subleaf, u32 out[4])
{
	for (enum cpuid_word word = 0; word < CPUID_WORDS; word++) {
		const struct cpuid_place *place = &cpuid_places[word];

		if (place->leaf == leaf && place->subleaf == subleaf)
			out[place->reg] = cpuid_offered_word(word);
	}
}

/* Nothing but features. */
static void leaf_features(struct list *list, u32 leaf)
{
	u32 out[4] = {0};

	features_of(leaf, 0, out);
	add(list, leaf, out);
}

/* The count of threads and the APIC ID are the vCPU's own. */
static void leaf_1(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[1] &= CPUID_OF_ALL_PROCESSORS;
	features_of(leaf, 0, out);
	add(list, leaf, out);
}

#define CACHES_MAX 16

static void leaf_4(struct list *list, u32 leaf)
{
	for (u32 i = 0; i < CACHES_MAX; i++) {
		u32 out[4];

		host_cpuid(leaf, i, out);
		add_indexed(list, leaf, i, out);
		if (!(out[0] & CPUID_CACHE_TYPE))
			break;
	}
}

static void leaf_7(struct list *list, u32 leaf)
{
	u32 first[4], second[4] = {0};

	host_cpuid(leaf, 0, first);
	first[0] = first[0] ? 1 : 0;
	features_of(leaf, 0, first);
	add_indexed(list, leaf, 0, first);
	if (!first[0])
		return;
	features_of(leaf, 1, second);
	add_indexed(list, leaf, 1, second);
}

/* No topology: user space knows how many vCPUs there will be. */
static void leaf_b(struct list *list, u32 leaf)
{
	static const u32 zero[4];

	add_indexed(list, leaf, 0, zero);
}

static void leaf_d(struct list *list, u32 leaf)
{
	u64 components = cpuid_xcr0_offered();
	u32 size = cpuid_xsave_size(components, false);
	u32 out[4] = {(u32)components, size, size, (u32)(components >> 32)};

	if (!components)
		out[1] = out[2] = 0;
	add_indexed(list, leaf, 0, out);
	if (!components)
		return;

	features_of(leaf, 1, out);
	out[1] = cpuid_feature_in(out, FEATURE_XSAVEC) ? cpuid_xsave_size(components, true) : 0;
	out[2] = out[3] = 0;
	add_indexed(list, leaf, 1, out);

	for (u32 i = CPUID_FIRST_COMPONENT; i < CPUID_COMPONENTS; i++) {
		if (!(components & BIT64(i)))
			continue;
		host_cpuid(leaf, i, out);
		/* State of XCR0, not of IA32_XSS; no XFD. */
		out[2] &= CPUID_COMPONENT_ALIGNED;
		out[3] = 0;
		add_indexed(list, leaf, i, out);
	}
}

/* "KVMKVMKVM": the hypervisor's leaves as guests of the KVM API look for them. */
static void leaf_signature(struct list *list, u32 leaf)
{
	static const u32 signature[4] = {LEAF_KVM_MAX, CPUID_KVM_EBX, CPUID_KVM_ECX, CPUID_KVM_EDX};

	add(list, leaf, signature);
}

static void leaf_widths(struct list *list, u32 leaf)
{
	u32 out[4];

	host_cpuid(leaf, 0, out);
	out[0] = cpuid_address_bits_offered() | cpuid_linear_bits(out[0]) << 8;
	out[1] = out[2] = out[3] = 0;
	add(list, leaf, out);
}

/*
 * In the order of the leaves; those without a row are 0.  Of those that a processor may have: 5
 * (MONITOR), 0xa (PMU), 0x12 (SGX), 0x14 (PT): not offered; 0x15 and 0x16 (clocks): their crystal
 * drives the host's APIC timer, not the guest's.
 */
static const struct leaf_row {
	u32 leaf;
	void (*fill)(struct list *list, u32 leaf);
} leaves[] = {
	{0, leaf_first},
	{1, leaf_1},
	{2, leaf_as_host}, /* caches and TLBs */
	{4, leaf_4},
	{6, leaf_features},
	{7, leaf_7},
	{CPUID_LEAF_TOPOLOGY, leaf_b},
	{CPUID_LEAF_XSAVE_STATE, leaf_d},
	{CPUID_LEAF_HYPERVISOR, leaf_signature},
	{0x40000001, leaf_features},
	{0x80000000, leaf_first},
	{0x80000001, leaf_features},
	{0x80000002, leaf_as_host}, /* brand string */
	{0x80000003, leaf_as_host},
	{0x80000004, leaf_as_host},
	{0x80000006, leaf_as_host}, /* L2 cache */
	{0x80000007, leaf_features},
	{CPUID_LEAF_ADDRESS_WIDTHS, leaf_widths},
};

/* *row: where the row of this leaf, and of all that come after it, can be at the earliest. */
static void fill_leaf(struct list *list, const struct leaf_row **row, u32 leaf)
{
	const struct leaf_row *end = leaves + COUNT_OF(leaves);

	while (*row < end && (*row)->leaf < leaf)
		++*row;
	if (*row < end && (*row)->leaf == leaf)
		(*row)->fill(list, leaf);
	else
		leaf_zero(list, leaf);
}

/* Every leaf of each range: programs take one that is missing for a processor that they do not
 * know, and a guest reads 0 from it all the same. */
unsigned int cpuid_supported(struct kvm_cpuid_entry2 *entry, unsigned int room)
{
	static const u32 ranges[] = {0, CPUID_LEAF_HYPERVISOR, 0x80000000};
	const struct leaf_row *row = leaves;
	struct list list = {.entry = entry, .room = room};

	for (unsigned int i = 0; i < COUNT_OF(ranges); i++) {
		u32 end = range_end(ranges[i]);

		for (u32 leaf = ranges[i]; leaf <= end; leaf++)
			fill_leaf(&list, &row, leaf);
	}
	return list.count;
}
