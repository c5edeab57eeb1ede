// SPDX-License-Identifier: GPL-2.0
/*
 * CPUID as one guest sees it: the entries that user space gave, and the few bits that follow the
 * guest's registers.  cpuid_answer() is on the way of every CPUID exit.
 *
 * SDM: "CPUID - CPU Identification".
 */
#include "cpuid/cpuid.h"
#include "facts/cpuid_leaf.h"
#include "vcpu/state.h"

#define MAXPHYADDR_DEFAULT 36

static const struct kvm_cpuid_entry2 *find(const struct vcpu_cpuid *cpuid, u32 leaf, u32 subleaf)
{
	const struct kvm_cpuid_entry2 *entry = cpuid->entry, *end = entry + cpuid->count;

	for (; entry < end; entry++) {
		if (entry->function != leaf)
			continue;
		if (entry->index == subleaf || !(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX))
			return entry;
	}
	return NULL;
}

static u32 register_of(const struct kvm_cpuid_entry2 *entry, enum cpuid_register reg)
{
	switch (reg) {
	case CPUID_REG_EAX:
		return entry->eax;
	case CPUID_REG_EBX:
		return entry->ebx;
	case CPUID_REG_ECX:
		return entry->ecx;
	default:
		return entry->edx;
	}
}

static bool is_kvm_base(const struct kvm_cpuid_entry2 *entry)
{
	return (entry->function & ~CPUID_HYPERVISOR_BASES) == CPUID_LEAF_HYPERVISOR &&
	       entry->ebx == CPUID_KVM_EBX && entry->ecx == CPUID_KVM_ECX &&
	       entry->edx == CPUID_KVM_EDX;
}

/* Of the hypervisors' leaves those with KVM's signature tell of its features; another hypervisor's
 * may come first.  0: there are none. */
static u32 find_pv_leaf(const struct vcpu_cpuid *cpuid)
{
	u32 leaf = 0;

	for (unsigned int i = 0; i < cpuid->count; i++)
		if (is_kvm_base(&cpuid->entry[i]) && (!leaf || cpuid->entry[i].function < leaf))
			leaf = cpuid->entry[i].function + 1;
	return leaf;
}

/* The entry that has the word; NULL: none has. */
static const struct kvm_cpuid_entry2 *find_word(const struct vcpu_cpuid *cpuid,
						enum cpuid_word word)
{
	const struct cpuid_place *place = &cpuid_places[word];
	u32 leaf = word == CPUID_WORD_40000001_EAX ? cpuid->pv_leaf : place->leaf;

	return find(cpuid, leaf, place->subleaf);
}

static u32 told_by(const struct kvm_cpuid_entry2 *entry, enum cpuid_word word)
{
	return entry ? register_of(entry, cpuid_places[word].reg) : 0;
}

static u32 told(const struct vcpu_cpuid *cpuid, enum cpuid_word word)
{
	return told_by(find_word(cpuid, word), word);
}

/* --- KVM_SET_CPUID2 ------------------------------------------------------------ */

/* Linear addresses of other than 48 or 57 bits exist nowhere; 0 says nothing. */
static bool valid(const struct vcpu_cpuid *cpuid)
{
	const struct kvm_cpuid_entry2 *entry = find(cpuid, CPUID_LEAF_ADDRESS_WIDTHS, 0);
	u32 linear = entry ? cpuid_linear_bits(entry->eax) : 0;

	return linear == 0 || linear == 48 || linear == 57;
}

/* Words of one leaf stand together. */
static bool same_entry(enum cpuid_word one, enum cpuid_word other)
{
	return cpuid_places[one].leaf == cpuid_places[other].leaf &&
	       cpuid_places[one].subleaf == cpuid_places[other].subleaf;
}

static void note_features(struct vcpu_cpuid *cpuid)
{
	const struct kvm_cpuid_entry2 *entry = NULL;

	for (enum cpuid_word word = 0; word < CPUID_WORDS; word++) {
		if (!word || !same_entry(word, word - 1))
			entry = find_word(cpuid, word);
		cpuid->features[word] = told_by(entry, word) & cpuid_offered_word(word);
	}
}

/* The host bounds the guest: VM entry takes no wider CR3, and EPT maps no wider address. */
static void note_address_width(struct vcpu_cpuid *cpuid)
{
	const struct kvm_cpuid_entry2 *entry = find(cpuid, CPUID_LEAF_ADDRESS_WIDTHS, 0);
	u32 most = cpuid_address_bits_offered();
	u32 bits = entry ? cpuid_physical_bits(entry->eax) : MAXPHYADDR_DEFAULT;

	if (bits > most)
		bits = most;
	cpuid->maxphyaddr = bits < 32 ? 32 : bits;
}

static void note_xcr0(struct vcpu_cpuid *cpuid)
{
	const struct kvm_cpuid_entry2 *entry = find(cpuid, CPUID_LEAF_XSAVE_STATE, 0);

	if (entry)
		cpuid->xcr0_allowed = (entry->eax | (u64)entry->edx << 32) & cpuid_xcr0_offered();
}

static void show(u32 out[4], enum cpuid_feature feature, bool on)
{
	u32 *reg = &out[cpuid_places[cpuid_feature_word(feature)].reg];
	u32 mask = cpuid_feature_mask(feature);

	*reg = on ? *reg | mask : *reg & ~mask;
}

/* What an entry cannot say, whatever user space wants: a halted vCPU can be woken by another only
 * where HLT exits. */
static void correct(const struct vcpu_cpuid *cpuid, struct kvm_cpuid_entry2 *entry)
{
	u32 out[4] = {entry->eax, entry->ebx, entry->ecx, entry->edx};

	if (entry->function == cpuid->pv_leaf && cpuid->pv_leaf && cpuid->no_unhalt)
		show(out, FEATURE_KVM_PV_UNHALT, false);
	if (entry->function == 1 && cpuid->monitor != MONITOR_AS_TOLD)
		show(out, FEATURE_MONITOR, cpuid->monitor == MONITOR_SHOWN);
	entry->eax = out[CPUID_REG_EAX];
	entry->ecx = out[CPUID_REG_ECX];
}

static void correct_all(struct vcpu_cpuid *cpuid)
{
	if (!cpuid->no_unhalt && cpuid->monitor == MONITOR_AS_TOLD)
		return;
	for (unsigned int i = 0; i < cpuid->count; i++)
		correct(cpuid, &cpuid->entry[i]);
}

void cpuid_show_monitor(struct vcpu *vcpu, bool shown)
{
	if (!vcpu->cpuid)
		return;
	vcpu->cpuid->monitor = shown ? MONITOR_SHOWN : MONITOR_HIDDEN;
	correct_all(vcpu->cpuid);
}

int cpuid_set(struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry, unsigned int count)
{
	struct vcpu_cpuid *cpuid;

	if (count > CPUID_MAX_ENTRIES)
		return -EINVAL;
	cpuid = host_zalloc(sizeof(*cpuid) + count * sizeof(cpuid->entry[0]));
	if (!cpuid)
		return -ENOMEM;
	cpuid->count = count;
	for (unsigned int i = 0; i < count; i++)
		cpuid->entry[i] = entry[i];
	if (!valid(cpuid)) {
		host_free(cpuid);
		return -EINVAL;
	}
	cpuid->pv_leaf = find_pv_leaf(cpuid);
	cpuid->no_unhalt =
		cpuid->pv_leaf && (vm_exits_disabled(vcpu->vm) & KVM_X86_DISABLE_EXITS_HLT);
	correct_all(cpuid);
	note_features(cpuid);
	note_address_width(cpuid);
	note_xcr0(cpuid);
	host_free(vcpu->cpuid);
	vcpu->cpuid = cpuid;
	return 0;
}

/* --- What the guest has ---------------------------------------------------------- */

bool cpuid_has(const struct vcpu *vcpu, enum cpuid_feature feature)
{
	const struct vcpu_cpuid *cpuid = vcpu->cpuid;

	return cpuid &&
	       (cpuid->features[cpuid_feature_word(feature)] & cpuid_feature_mask(feature));
}

bool cpuid_told(const struct vcpu *vcpu, enum cpuid_feature feature)
{
	const struct vcpu_cpuid *cpuid = vcpu->cpuid;

	return cpuid && (told(cpuid, cpuid_feature_word(feature)) & cpuid_feature_mask(feature));
}

unsigned int cpuid_maxphyaddr(const struct vcpu *vcpu)
{
	return vcpu->cpuid ? vcpu->cpuid->maxphyaddr : MAXPHYADDR_DEFAULT;
}

u64 cpuid_xcr0_allowed(const struct vcpu *vcpu)
{
	return vcpu->cpuid ? vcpu->cpuid->xcr0_allowed : 0;
}

/* --- CPUID exits ------------------------------------------------------------------- */

/* Processors of AMD and of Hygon answer 0 where Intel's repeat the highest basic leaf. */
static bool vendor_answers_zero(const struct kvm_cpuid_entry2 *leaf_0)
{
	return leaf_0->ebx == 0x68747541 /* "Auth" */ || leaf_0->ebx == 0x6f677948 /* "Hygo" */;
}

/* The first leaf of the range that a leaf belongs to: it holds the range's highest. */
static u32 range_of(u32 leaf)
{
	if (leaf >> 28 == 4)
		return leaf & 0xffffff00;
	return leaf >= 0xc0000000 ? 0xc0000000 : leaf & 0x80000000;
}

/* A leaf without an entry: NULL when it lies in its range (all zero), or the highest basic leaf. */
static const struct kvm_cpuid_entry2 *out_of_range(const struct vcpu_cpuid *cpuid, u32 leaf,
						   u32 subleaf)
{
	const struct kvm_cpuid_entry2 *basic = find(cpuid, 0, 0);
	const struct kvm_cpuid_entry2 *range;

	if (!basic || vendor_answers_zero(basic))
		return NULL;
	range = find(cpuid, range_of(leaf), 0);
	if (range && leaf <= range->eax)
		return NULL;
	return find(cpuid, basic->eax, subleaf);
}

/* Bits that show the guest's registers. */
static void follow_registers(const struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry,
			     u32 out[4])
{
	switch (entry->function) {
	case 1:
		show(out, FEATURE_OSXSAVE, vcpu->cr4 & CR4_OSXSAVE);
		if (!(vcpu->apic_base & BIT64(11)))
			show(out, FEATURE_APIC, false);
		break;
	case 7:
		if (!entry->index)
			show(out, FEATURE_OSPKE, vcpu->cr4 & CR4_PKE);
		break;
	case CPUID_LEAF_XSAVE_STATE:
		if (!entry->index && cpuid_xcr0_allowed(vcpu))
			out[1] = cpuid_xsave_size(vcpu->xcr0, false);
		else if (entry->index == 1 && cpuid_feature_in(out, FEATURE_XSAVEC))
			out[1] = cpuid_xsave_size(vcpu->xcr0, true);
		break;
	}
}

struct kvm_cpuid_entry2 cpuid_as_seen(const struct vcpu *vcpu, const struct kvm_cpuid_entry2 *entry)
{
	struct kvm_cpuid_entry2 seen = *entry;
	u32 out[4];

	if (vcpu->cpuid)
		correct(vcpu->cpuid, &seen);
	out[0] = seen.eax;
	out[1] = seen.ebx;
	out[2] = seen.ecx;
	out[3] = seen.edx;
	follow_registers(vcpu, entry, out);
	return (struct kvm_cpuid_entry2){
		.function = entry->function,
		.index = entry->index,
		.flags = entry->flags,
		.eax = out[0],
		.ebx = out[1],
		.ecx = out[2],
		.edx = out[3],
	};
}

/* A topology leaf beyond the levels there are: ECX as asked, EDX (the x2APIC ID) as in all. */
static void topology_beyond(const struct vcpu_cpuid *cpuid, u32 leaf, u32 subleaf, u32 out[4])
{
	const struct kvm_cpuid_entry2 *entry = find(cpuid, leaf, 1);

	if (!entry)
		return;
	out[2] = subleaf & CPUID_LEVEL;
	out[3] = entry->edx;
}

bool cpuid_answer(struct vcpu *vcpu, u32 leaf, u32 subleaf, u32 out[4])
{
	const struct vcpu_cpuid *cpuid = vcpu->cpuid;
	const struct kvm_cpuid_entry2 *entry;
	bool exact;

	out[0] = out[1] = out[2] = out[3] = 0;
	if (!cpuid)
		return false;
	entry = find(cpuid, leaf, subleaf);
	exact = entry;
	if (!entry)
		entry = out_of_range(cpuid, leaf, subleaf);
	if (entry) {
		out[0] = entry->eax;
		out[1] = entry->ebx;
		out[2] = entry->ecx;
		out[3] = entry->edx;
		follow_registers(vcpu, entry, out);
	} else if (leaf == CPUID_LEAF_TOPOLOGY || leaf == CPUID_LEAF_TOPOLOGY_2) {
		topology_beyond(cpuid, leaf, subleaf, out);
	}
	return exact;
}
