/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Integer types of the core.  u64 is `unsigned long long` on every platform, so
 * that one printf format serves the kernel and a process alike.
 */
#ifndef LINTEL_TYPES_H
#define LINTEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/kvm.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s8 s8;
typedef __s16 s16;
typedef __s32 s32;
typedef __s64 s64;

/* Guest-physical, guest-linear and host-physical addresses. */
typedef u64 gpa_t;
typedef u64 gva_t;
typedef u64 hpa_t;

#define BIT32(n) ((u32)1 << (n))
#define BIT64(n) ((u64)1 << (n))

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* 0 in a constant expression, or no constant at all: the row that has it does not compile. */
#define ZERO_IF(condition) (0 * sizeof(char[(condition) ? 1 : -1]))

#define LINTEL_PAGE_SHIFT 12
#define LINTEL_PAGE_SIZE  4096u

#endif
