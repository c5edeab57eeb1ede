/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that look random and are the same in every run. */
#ifndef GUEST_XORSHIFT_H
#define GUEST_XORSHIFT_H

#include "rt.h"

/* The next number of the sequence of @state, which is never 0. */
static inline u32 xorshift(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

#endif
