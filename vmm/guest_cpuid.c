// SPDX-License-Identifier: GPL-2.0
#include <stdint.h>
#include <string.h>

#include "facts/cpuid_feature.h"
#include "facts/cpuid_leaf.h"
#include "guest_cpuid.h"
#include "words/say.h"

/* The register of an entry that has the feature; NULL: it is another entry's. */
static uint32_t *register_of(struct kvm_cpuid_entry2 *e, enum cpuid_feature feature)
{
	const struct cpuid_place *place = &cpuid_places[cpuid_feature_word(feature)];
	uint32_t *const registers[] = {&e->eax, &e->ebx, &e->ecx, &e->edx};

	return e->function == place->leaf && e->index == place->subleaf ? registers[place->reg]
									: NULL;
}

static void set_bits(struct kvm_cpuid2 *cpuid, enum cpuid_feature feature, uint32_t mask, bool on)
{
	for (uint32_t i = 0; i < cpuid->nent; i++) {
		uint32_t *reg = register_of(&cpuid->entries[i], feature);

		if (reg)
			*reg = on ? *reg | mask : *reg & ~mask;
	}
}

static void set_feature(struct kvm_cpuid2 *cpuid, enum cpuid_feature feature, bool on)
{
	set_bits(cpuid, feature, cpuid_feature_mask(feature), on);
}

/* Bits an APIC id needs so that every CPU has its own. */
static unsigned int id_bits(unsigned int cpus)
{
	unsigned int bits = 0;

	while ((1u << bits) < cpus)
		bits++;
	return bits;
}

static void set_leaf1(struct kvm_cpuid_entry2 *e, unsigned int cpu, unsigned int cpus)
{
	e->ebx = (e->ebx & CPUID_OF_ALL_PROCESSORS) | (uint32_t)cpu << CPUID_INITIAL_ID_SHIFT |
		 (1u << id_bits(cpus)) << CPUID_LOGICAL_IDS_SHIFT;
}

static void set_features(struct kvm_cpuid2 *cpuid, unsigned int cpus, bool irqchip)
{
	set_feature(cpuid, FEATURE_HYPERVISOR, true);
	set_feature(cpuid, FEATURE_HTT, cpus > 1);
	if (irqchip)
		return;
	set_feature(cpuid, FEATURE_APIC, false);
	set_feature(cpuid, FEATURE_X2APIC, false);
	set_feature(cpuid, FEATURE_TSC_DEADLINE, false);
}

/* Caches below the last level belong to one core each, the last one to all of them. */
static void set_leaf4(struct kvm_cpuid_entry2 *e, unsigned int cpus)
{
	uint32_t ids = (1u << id_bits(cpus)) - 1;
	uint32_t level = e->eax >> CPUID_CACHE_LEVEL_SHIFT & CPUID_CACHE_LEVEL;
	uint32_t sharing = level >= 3 ? ids : 0;
	uint32_t cores = ids < CPUID_CORES ? ids : CPUID_CORES;

	if (e->eax & CPUID_CACHE_TYPE)
		e->eax = (e->eax & CPUID_CACHE_ITSELF) | sharing << CPUID_SHARING_SHIFT |
			 cores << CPUID_CORES_SHIFT;
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
		.ecx = level | (level ? CPUID_LEVEL_CORE : CPUID_LEVEL_SMT),
		.edx = cpu,
	};
}

static bool is_topology(const struct kvm_cpuid_entry2 *e)
{
	return e->function == CPUID_LEAF_TOPOLOGY || e->function == CPUID_LEAF_TOPOLOGY_2;
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
		leaf_b |= cpuid->entries[i].function == CPUID_LEAF_TOPOLOGY;
		leaf_1f |= cpuid->entries[i].function == CPUID_LEAF_TOPOLOGY_2;
		if (!is_topology(&cpuid->entries[i]))
			cpuid->entries[kept++] = cpuid->entries[i];
	}
	for (i = 0; i < 2 && leaf_b; i++)
		set_topology(&cpuid->entries[kept++], CPUID_LEAF_TOPOLOGY, i, cpu, cpus);
	for (i = 0; i < 2 && leaf_1f; i++)
		set_topology(&cpuid->entries[kept++], CPUID_LEAF_TOPOLOGY_2, i, cpu, cpus);
	cpuid->nent = kept;
}

void cpuid_set_identity(struct kvm_cpuid2 *cpuid, unsigned int cpu, unsigned int cpus, bool irqchip)
{
	uint32_t i;

	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *e = &cpuid->entries[i];

		if (e->function == 1)
			set_leaf1(e, cpu, cpus);
		else if (e->function == 4)
			set_leaf4(e, cpus);
	}
	set_features(cpuid, cpus, irqchip);
	replace_topology(cpuid, cpu, cpus);
}

/* Features that guests are tested without. */
static const struct hideable {
	const char *name;
	enum cpuid_feature feature;
	bool whole_word; /* all that is in the same register too */
} hideable[] = {
	{"pcid", FEATURE_PCID, false},
	{"x2apic", FEATURE_X2APIC, false},
	{"tsc-deadline", FEATURE_TSC_DEADLINE, false},
	{"xsave", FEATURE_XSAVE, false},
	{"invpcid", FEATURE_INVPCID, false},
	{"umip", FEATURE_UMIP, false},
	{"la57", FEATURE_LA57, false},
	{"kvm", FEATURE_KVM_CLOCKSOURCE, true},
};

int cpuid_hide(struct kvm_cpuid2 *cpuid, const char *names)
{
	while (*names) {
		size_t i, length = strcspn(names, ",");

		for (i = 0; i < COUNT_OF(hideable); i++)
			if (strlen(hideable[i].name) == length &&
			    !memcmp(hideable[i].name, names, length))
				break;
		if (i == COUNT_OF(hideable))
			return say_error("see lintel run --help", "--hide %s: unknown feature",
					 names);
		set_bits(cpuid, hideable[i].feature,
			 hideable[i].whole_word ? UINT32_MAX
						: cpuid_feature_mask(hideable[i].feature),
			 false);
		names += length + (names[length] == ',');
	}
	return 0;
}

void cpuid_add_tsc_deadline(struct kvm_cpuid2 *cpuid)
{
	set_feature(cpuid, FEATURE_TSC_DEADLINE, true);
}
