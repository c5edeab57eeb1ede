// SPDX-License-Identifier: GPL-2.0
/*
 * Which features a guest on this host can have, and the controls that follow what one was told.
 *
 * SDM: "CPUID - CPU Identification".
 */
#include "cpuid/cpuid.h"
#include "facts/cpuid_leaf.h"
#include "vmcs/vmcs.h"

/* What a feature needs beside the host's own bit: cpuid_feature_list.h. */
enum need { HOST, MADE, XCR0, CONTROL, STABLE_TSC, NEVER };

struct feature_row {
	u16 feature; /* enum cpuid_feature */
	u8 need;
	u8 which; /* XCR0: the components; CONTROL: the control's bit */
};

#define XCR0_X87_SSE 0x3u
#define XCR0_AVX     0x4u
#define XCR0_AVX512  0xe0u

#define NEED_HOST	   .need = HOST
#define NEED_MADE	   .need = MADE
#define NEED_STABLE_TSC	   .need = STABLE_TSC
#define NEED_NEVER	   .need = NEVER
#define NEED_XCR0(states)  .need = XCR0, .which = XCR0_##states
#define NEED_CONTROL(name) .need = CONTROL, .which = __builtin_ctz(CPU2_##name)

static const struct feature_row features[] = {
#define FEATURE(name, word, bit, need) {.feature = FEATURE_##name, NEED_##need},
#include "facts/cpuid_feature_list.h"
};

/* State that the FPU code switches and no other register belongs to: x87, SSE, AVX, AVX-512. */
#define XCR0_OFFERED (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512)

static u64 xcr0_switchable(void)
{
	return host_xcr0_supported() & XCR0_OFFERED;
}

static bool need_met(const struct feature_row *row)
{
	switch (row->need) {
	case XCR0:
		return (xcr0_switchable() & row->which) == row->which;
	case CONTROL:
		return vmcs_config_has(CTL_SECONDARY, BIT64(row->which));
	case STABLE_TSC:
		return host_tsc_is_stable();
	default:
		return row->need != NEVER;
	}
}

/* Those of a word stand together in the list. */
u32 cpuid_offered_word(enum cpuid_word word)
{
	const struct feature_row *row = features, *end = features + COUNT_OF(features);
	u32 host = host_cpuid_enabled(word), offered = 0;

	while (row < end && cpuid_feature_word(row->feature) != word)
		row++;
	for (; row < end && cpuid_feature_word(row->feature) == word; row++) {
		u32 mask = cpuid_feature_mask(row->feature);

		if (row->need == MADE || ((mask & host) && need_met(row)))
			offered |= mask;
	}
	return offered;
}

bool cpuid_offered(enum cpuid_feature feature)
{
	return cpuid_offered_word(cpuid_feature_word(feature)) & cpuid_feature_mask(feature);
}

bool cpuid_host_has(enum cpuid_feature feature)
{
	const struct cpuid_place *place = &cpuid_places[cpuid_feature_word(feature)];
	u32 out[4];

	host_cpuid(place->leaf, place->subleaf, out);
	return cpuid_feature_in(out, feature);
}

u64 cpuid_xcr0_offered(void)
{
	return cpuid_offered(FEATURE_XSAVE) ? xcr0_switchable() : 0;
}

/* Four levels of EPT map guest-physical addresses of 48 bits. */
#define EPT_ADDRESS_BITS 48u

u32 cpuid_address_bits_offered(void)
{
	u32 out[4], bits;

	host_cpuid(CPUID_LEAF_ADDRESS_WIDTHS, 0, out);
	bits = cpuid_physical_bits(out[0]);
	return bits < EPT_ADDRESS_BITS ? bits : EPT_ADDRESS_BITS;
}

void cpuid_apply_controls(struct vcpu *vcpu)
{
	u64 known = 0, wanted = 0;

	for (unsigned int i = 0; i < COUNT_OF(features); i++) {
		const struct feature_row *row = &features[i];

		if (row->need != CONTROL)
			continue;
		known |= BIT64(row->which);
		if (cpuid_has(vcpu, row->feature))
			wanted |= BIT64(row->which);
	}
	vmcs_control_set(vcpu, CTL_SECONDARY, known & ~wanted, false);
	vmcs_control_set(vcpu, CTL_SECONDARY, wanted & vmcs_config.ctl[CTL_SECONDARY], true);
}
