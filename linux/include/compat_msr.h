/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of compat.h that host_inline.h needs, and so every file.
 */
#ifndef LINTEL_LINUX_COMPAT_MSR_H
#define LINTEL_LINUX_COMPAT_MSR_H

#include <asm/msr.h>

#ifdef COMPAT_HAVE_CPUID_API /* 6.16 */
#include <asm/cpuid/api.h>
#endif

#ifdef COMPAT_HAVE_WRMSRQ /* 6.16: an MSR is a quadword, and so the functions are called */
#define rdmsrl_safe		rdmsrq_safe
#define wrmsrl_safe		wrmsrq_safe
#define __wrmsr(msr, low, high) __wrmsrq(msr, (u64)(high) << 32 | (u32)(low))
#endif

#endif
