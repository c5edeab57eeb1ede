/* SPDX-License-Identifier: GPL-2.0 */
/* The core's <stdint.h>, where the kernel gives the types. */
#include <linux/types.h>
