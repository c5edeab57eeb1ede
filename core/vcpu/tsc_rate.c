// SPDX-License-Identifier: GPL-2.0
#include "vcpu/tsc_rate.h"
#include "facts/control.h"
#include "vmcs/vmcs.h"

#define TOLERANCE_PPM	 250u
#define PPM		 1000000u
#define NS_PER_MS	 1000000u
#define GUEST_KHZ_LIMIT	 0x7fffffffu /* KVM_GET_TSC_KHZ gives an int */
#define MULTIPLIER_LIMIT BIT64(64 - TSC_FRACTION_BITS)

bool tsc_rate_scales(void)
{
	return vmcs_config_has(CTL_SECONDARY, CPU2_USE_TSC_SCALING);
}

static bool is_host_rate(u32 khz, u64 host_khz)
{
	u64 tolerance = host_khz * TOLERANCE_PPM / PPM;

	return khz >= host_khz - tolerance && khz <= host_khz + tolerance;
}

/* (khz << 48) / host_khz, in steps that stay below 64 bits. */
static u64 ratio_of(u32 khz, u64 host_khz)
{
	u64 ratio = khz / host_khz, rest = khz % host_khz;

	for (unsigned int bits = 0; bits < TSC_FRACTION_BITS; bits += 16) {
		rest <<= 16;
		ratio = ratio << 16 | rest / host_khz;
		rest %= host_khz;
	}
	return ratio;
}

/* mul and shift, from the ratio itself: a guest's clock must not be wrong by what its kHz are
 * rounded. */
static void set_scale(struct tsc_rate *rate, u64 host_khz)
{
	unsigned __int128 numerator = (unsigned __int128)NS_PER_SECOND << TSC_FRACTION_BITS;
	unsigned __int128 hz = (unsigned __int128)(host_khz * 1000) * rate->multiplier;

	rate->shift = 0;
	for (; numerator >= hz; ++rate->shift)
		hz *= 2;
	for (; numerator * 2 < hz; --rate->shift)
		numerator *= 2;
	/* Now it is at least 1/2 and less than 1: 32 digits of it. */
	rate->mul = 0;
	for (unsigned int digit = 0; digit < 32; digit++) {
		bool one = numerator * 2 >= hz;

		numerator = numerator * 2 - (one ? hz : 0);
		rate->mul = rate->mul * 2 + one;
	}
}

int tsc_rate_choose(struct tsc_rate *rate, u32 khz)
{
	u64 host_khz = host_tsc_khz();
	struct tsc_rate chosen = {.multiplier = TSC_UNSCALED, .khz = khz ? khz : (u32)host_khz};

	if (!is_host_rate(chosen.khz, host_khz)) {
		if (!tsc_rate_scales() || khz >= GUEST_KHZ_LIMIT ||
		    khz / host_khz >= MULTIPLIER_LIMIT)
			return -EINVAL;
		chosen.multiplier = ratio_of(khz, host_khz);
	}
	set_scale(&chosen, host_khz);
	*rate = chosen;
	return 0;
}

u64 tsc_ns_to_ticks(const struct tsc_rate *rate, u64 ns)
{
	u64 khz = host_tsc_khz();

	return tsc_scale(rate, ns / NS_PER_MS * khz + ns % NS_PER_MS * khz / NS_PER_MS);
}
