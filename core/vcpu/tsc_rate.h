/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The rate of a guest's TSC: the host's counter is multiplied by a number with 48 fractional bits,
 * then the guest's offset is added; and what its ticks are in nanoseconds.
 *
 * SDM: "Time-Stamp Counter Offset and Multiplier".
 */
#ifndef LINTEL_VCPU_TSC_RATE_H
#define LINTEL_VCPU_TSC_RATE_H

#include "types.h"

#define TSC_FRACTION_BITS 48
#define TSC_UNSCALED	  BIT64(TSC_FRACTION_BITS) /* the multiplier of the host's own rate */

struct tsc_rate {
	u64 multiplier;
	u32 khz; /* as user space named it */
	/* ns = ((ticks << shift) * mul) >> 32, where a negative shift is one to the right; mul has
	 * its highest bit set. */
	u32 mul;
	s8 shift;
};

/* At the host's TSC `host`, and host_time_ns() `time_ns`, a guest's TSC was `guest`. */
struct tsc_moment {
	u64 guest, host, time_ns;
};

/* The rate of `khz`, 0 for the host's.  It is the host's too where the two are not more than 250
 * ppm apart; another needs a processor that scales.  -EINVAL: this one cannot, and *rate is as it
 * was. */
int tsc_rate_choose(struct tsc_rate *rate, u32 khz);

/* Does the processor scale TSCs? */
bool tsc_rate_scales(void);

/* Ticks of the guest's in so many of the host's, as the processor rounds. */
static inline u64 tsc_scale(const struct tsc_rate *rate, u64 host)
{
	return (u64)((unsigned __int128)host * rate->multiplier >> TSC_FRACTION_BITS);
}

/* Nanoseconds in so many ticks of the guest's, as the guest computes them from its clock's page. */
static inline u64 tsc_ticks_to_ns(const struct tsc_rate *rate, u64 ticks)
{
	ticks = rate->shift < 0 ? ticks >> -rate->shift : ticks << rate->shift;
	return (u64)((unsigned __int128)ticks * rate->mul >> 32);
}

/* The same of any number of ticks; `most` where it is that or more. */
static inline u64 tsc_ticks_to_ns_up_to(const struct tsc_rate *rate, u64 ticks, u64 most)
{
	unsigned __int128 ns = (unsigned __int128)ticks * rate->mul >> (32 - rate->shift);

	return ns < most ? (u64)ns : most;
}

/* Ticks of the guest's in so many nanoseconds. */
u64 tsc_ns_to_ticks(const struct tsc_rate *rate, u64 ns);

#endif
