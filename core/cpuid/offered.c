// SPDX-License-Identifier: GPL-2.0
/*
 * Which features a guest on this host can have, and the controls that follow what one was told.
 *
 * SDM: "CPUID - CPU Identification".
 */
#include "cpuid/cpuid.h"
#include "facts/cpuid_leaf.h"
#include "vmcs/vmcs.h"

/* What a feature needs beside the host's own bit: cpuid_feature_list.h.  0: what has no row. */
enum need { NEVER, HOST, MADE, RUN_DELAY, XCR0, CONTROL, HOST_OR, STABLE_TSC, NEEDS };

#define NEED_HOST	   HOST
#define NEED_MADE	   MADE
#define NEED_RUN_DELAY	   RUN_DELAY
#define NEED_STABLE_TSC	   STABLE_TSC
#define NEED_NEVER	   NEVER
#define NEED_XCR0(states)  XCR0
#define NEED_CONTROL(name) CONTROL
#define NEED_HOST_OR(name) HOST_OR

/* Which of them: the components of XCR0, the bit of the control. */
#define WHICH_HOST	    0
#define WHICH_MADE	    0
#define WHICH_RUN_DELAY	    0
#define WHICH_STABLE_TSC    0
#define WHICH_NEVER	    0
#define WHICH_XCR0(states)  XCR0_##states
#define WHICH_CONTROL(name) __builtin_ctz(CPU2_##name)
#define WHICH_HOST_OR(name) __builtin_ctz(CPU2_##name)

#define XCR0_X87_SSE 0x3u
#define XCR0_AVX     0x4u
#define XCR0_AVX512  0xe0u

/* By enum cpuid_feature. */
static const u8 which[CPUID_WORDS * 32] = {
#define FEATURE(name, word, bit, need) [FEATURE_##name] = WHICH_##need,
#include "facts/cpuid_feature_list.h"
};

/* A word whose bits have names, so that rows can each set one. */
union word_mask {
	struct {
		u32 b0 : 1, b1 : 1, b2 : 1, b3 : 1, b4 : 1, b5 : 1, b6 : 1, b7 : 1;
		u32 b8 : 1, b9 : 1, b10 : 1, b11 : 1, b12 : 1, b13 : 1, b14 : 1, b15 : 1;
		u32 b16 : 1, b17 : 1, b18 : 1, b19 : 1, b20 : 1, b21 : 1, b22 : 1, b23 : 1;
		u32 b24 : 1, b25 : 1, b26 : 1, b27 : 1, b28 : 1, b29 : 1, b30 : 1, b31 : 1;
	};
	u32 word;
};

/* The features of each word, by what they need. */
static const union word_mask masks[CPUID_WORDS][NEEDS] = {
#define FEATURE(name, word, bit, need) [CPUID_WORD_##word][NEED_##need].b##bit = 1,
#include "facts/cpuid_feature_list.h"
};

/* State that the FPU code switches and no other register belongs to: x87, SSE, AVX, AVX-512. */
#define XCR0_OFFERED (XCR0_X87_SSE | XCR0_AVX | XCR0_AVX512)

static u64 xcr0_switchable(void)
{
	return host_xcr0_supported() & XCR0_OFFERED;
}

static bool need_met(enum need need, u8 what)
{
	if (need == XCR0)
		return (xcr0_switchable() & what) == what;
	return vmcs_config_has(CTL_SECONDARY, BIT64(what));
}

/* Those of the bits that have this need, XCR0, CONTROL or HOST_OR, where it is met. */
static u32 where_met(enum cpuid_word word, enum need need, u32 bits)
{
	u32 offered = 0;

	for (u32 rest = bits & masks[word][need].word; rest; rest &= rest - 1)
		if (need_met(need, which[word * 32 + (u32)__builtin_ctz(rest)]))
			offered |= rest & -rest;
	return offered;
}

/* What the host has, and what of it hangs on nothing that can change. */
static u32 host_words[CPUID_WORDS], constant_words[CPUID_WORDS];

void cpuid_setup(void)
{
	for (enum cpuid_word word = 0; word < CPUID_WORDS; word++) {
		u32 host = host_cpuid_enabled(word);

		host_words[word] = host;
		constant_words[word] =
			(host & masks[word][HOST].word) | masks[word][MADE].word |
			where_met(word, XCR0, host) | where_met(word, CONTROL, host) |
			(host & masks[word][HOST_OR].word) | where_met(word, HOST_OR, ~host);
	}
}

u32 cpuid_offered_word(enum cpuid_word word)
{
	const union word_mask *needing = masks[word];
	u32 offered = constant_words[word];

	if (needing[RUN_DELAY].word && host_counts_run_delay())
		offered |= needing[RUN_DELAY].word;
	if (needing[STABLE_TSC].word && host_tsc_is_stable())
		offered |= host_words[word] & needing[STABLE_TSC].word;
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

/* Adds the controls of those features of a word that have one. */
static void sort_controls(const struct vcpu *vcpu, enum cpuid_word word, u64 *known, u64 *wanted)
{
	for (u32 rest = masks[word][CONTROL].word; rest; rest &= rest - 1) {
		enum cpuid_feature feature = word * 32 + (u32)__builtin_ctz(rest);

		*known |= BIT64(which[feature]);
		if (cpuid_has(vcpu, feature))
			*wanted |= BIT64(which[feature]);
	}
}

void cpuid_apply_controls(struct vcpu *vcpu)
{
	u64 known = 0, wanted = 0;

	for (enum cpuid_word word = 0; word < CPUID_WORDS; word++)
		sort_controls(vcpu, word, &known, &wanted);
	vmcs_control_set(vcpu, CTL_SECONDARY, known & ~wanted, false);
	vmcs_control_set(vcpu, CTL_SECONDARY, wanted & vmcs_config.ctl[CTL_SECONDARY], true);
}
