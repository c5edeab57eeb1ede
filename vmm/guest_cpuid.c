// SPDX-License-Identifier: GPL-2.0
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "guest_cpuid.h"
#include "words/say.h"

/* CPUID.01H; SDM volume 2, "CPUID - CPU Identification". */
#define ECX1_X2APIC	  (1u << 21)
#define ECX1_TSC_DEADLINE (1u << 24)
#define ECX1_HYPERVISOR	  (1u << 31)
#define EDX1_APIC	  (1u << 9)
#define EDX1_HTT	  (1u << 28)

/* Level types of leaves 0BH and 1FH. */
#define LEVEL_SMT  (1u << 8)
#define LEVEL_CORE (2u << 8)

/* Bits an APIC id needs so that every CPU has its own. */
static unsigned int id_bits(unsigned int cpus)
{
	unsigned int bits = 0;

	while ((1u << bits) < cpus)
		bits++;
	return bits;
}

static void set_leaf1(struct kvm_cpuid_entry2 *e, unsigned int cpu, unsigned int cpus, bool irqchip)
{
	e->ebx = (e->ebx & 0xffff) | (uint32_t)cpu << 24 | (1u << id_bits(cpus)) << 16;
	e->ecx |= ECX1_HYPERVISOR;
	if (cpus > 1)
		e->edx |= EDX1_HTT;
	else
		e->edx &= ~EDX1_HTT;
	if (irqchip)
		return;
	e->edx &= ~EDX1_APIC;
	e->ecx &= ~(ECX1_X2APIC | ECX1_TSC_DEADLINE);
}

/* Caches below the last level belong to one core each, the last one to all of them. */
static void set_leaf4(struct kvm_cpuid_entry2 *e, unsigned int cpus)
{
	uint32_t ids = (1u << id_bits(cpus)) - 1;
	uint32_t level = e->eax >> 5 & 7;
	uint32_t sharing = level >= 3 ? ids : 0;

	if (e->eax & 0x1f)
		e->eax = (e->eax & 0x3fff) | sharing << 14 | (ids < 63 ? ids : 63) << 26;
}

static void set_topology(struct kvm_cpuid_entry2 *e, uint32_t leaf, uint32_t level,
			 unsigned int cpu, unsigned int cpus)
{
	*e = (struct kvm_cpuid_entry2){
		.function = leaf,
		.index = level,
		.flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
		.eax = level ? id_bits(cpus) : 0,
		.ebx = level ? cpus : 1,
		.ecx = level | (level ? LEVEL_CORE : LEVEL_SMT),
		.edx = cpu,
	};
}

static bool is_topology(const struct kvm_cpuid_entry2 *e)
{
	return e->function == 0xb || e->function == 0x1f;
}

/*
 * Writes the levels "thread" and "core" of each topology leaf that there is, in place of whatever
 * levels the host has.
 */
static void replace_topology(struct kvm_cpuid2 *cpuid, unsigned int cpu, unsigned int cpus)
{
	bool leaf_b = false, leaf_1f = false;
	uint32_t i, kept = 0;

	for (i = 0; i < cpuid->nent; i++) {
		leaf_b |= cpuid->entries[i].function == 0xb;
		leaf_1f |= cpuid->entries[i].function == 0x1f;
		if (!is_topology(&cpuid->entries[i]))
			cpuid->entries[kept++] = cpuid->entries[i];
	}
	for (i = 0; i < 2 && leaf_b; i++)
		set_topology(&cpuid->entries[kept++], 0xb, i, cpu, cpus);
	for (i = 0; i < 2 && leaf_1f; i++)
		set_topology(&cpuid->entries[kept++], 0x1f, i, cpu, cpus);
	cpuid->nent = kept;
}

void cpuid_set_identity(struct kvm_cpuid2 *cpuid, unsigned int cpu, unsigned int cpus, bool irqchip)
{
	uint32_t i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == 1)
			set_leaf1(e, cpu, cpus, irqchip);
		else if (e->function == 4)
			set_leaf4(e, cpus);
	}
	replace_topology(cpuid, cpu, cpus);
}

/* Features that guests are tested without. */
static const struct feature {
	const char *name;
	uint32_t leaf; /* subleaf 0 */
	size_t reg;    /* offset in the entry */
	uint32_t bit;
} features[] = {
	{"pcid", 1, offsetof(struct kvm_cpuid_entry2, ecx), 1u << 17},
	{"x2apic", 1, offsetof(struct kvm_cpuid_entry2, ecx), ECX1_X2APIC},
	{"tsc-deadline", 1, offsetof(struct kvm_cpuid_entry2, ecx), ECX1_TSC_DEADLINE},
	{"xsave", 1, offsetof(struct kvm_cpuid_entry2, ecx), 1u << 26},
	{"invpcid", 7, offsetof(struct kvm_cpuid_entry2, ebx), 1u << 10},
	{"umip", 7, offsetof(struct kvm_cpuid_entry2, ecx), 1u << 2},
	{"la57", 7, offsetof(struct kvm_cpuid_entry2, ecx), 1u << 16},
	{"kvm", 0x40000001, offsetof(struct kvm_cpuid_entry2, eax), ~0u},
};

#define FEATURES (sizeof(features) / sizeof(features[0]))

static void hide_feature(struct kvm_cpuid2 *cpuid, const struct feature *f)
{
	uint32_t i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];
		uint32_t *reg = (uint32_t *)((uint8_t *)e + f->reg);

		if (e->function == f->leaf && e->index == 0)
			*reg &= ~f->bit;
	}
}

int cpuid_hide(struct kvm_cpuid2 *cpuid, const char *names)
{
	while (*names) {
		size_t i, length = strcspn(names, ",");

		for (i = 0; i < FEATURES; i++)
			if (strlen(features[i].name) == length &&
			    !memcmp(features[i].name, names, length))
				break;
		if (i == FEATURES)
			return say_error("see lintel run --help", "--hide %s: unknown feature",
					 names);
		hide_feature(cpuid, &features[i]);
		names += length + (names[length] == ',');
	}
	return 0;
}

void cpuid_add_tsc_deadline(struct kvm_cpuid2 *cpuid)
{
	uint32_t i;

	for (i = 0; i < cpuid->nent; i++)
		if (cpuid->entries[i].function == 1)
			cpuid->entries[i].ecx |= ECX1_TSC_DEADLINE;
}
