/* SPDX-License-Identifier: GPL-2.0 */
/* The core's <stddef.h>, where the kernel gives the types. */
#include <linux/stddef.h>
#include <linux/types.h>
