/* SPDX-License-Identifier: GPL-2.0 */
/* The core's <limits.h>, where the kernel gives the values. */
#include <linux/limits.h>
