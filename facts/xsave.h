/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The XSAVE area, as far as Lintel looks into it: where things are, in bytes, and what the FPU has
 * after FNINIT.
 *
 * SDM: "XSAVE Area", "FNINIT".
 */
#ifndef LINTEL_FACTS_XSAVE_H
#define LINTEL_FACTS_XSAVE_H

#include "types.h"

#define XSAVE_FCW	 0  /* 2 bytes */
#define XSAVE_MXCSR	 24 /* 4 bytes */
#define XSAVE_XSTATE_BV	 512
#define XSAVE_XCOMP_BV	 520
#define XSAVE_HEADER_END 576

/* Of XSTATE_BV. */
#define XSTATE_X87 BIT64(0)
#define XSTATE_SSE BIT64(1)
#define XSTATE_AVX BIT64(2) /* shares MXCSR with SSE */

#define FCW_INIT   0x37f
#define MXCSR_INIT 0x1f80

#endif
