/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ports by which a guest powers off or resets its machine: ACPI's sleep registers, the reset
 * register beside them, and the keyboard controller's pulse on the CPUs' reset line.
 */
#ifndef VMM_POWER_H
#define VMM_POWER_H

#include "vmm/machine.h"

#define POWER_SLEEP_CONTROL 0x600
#define POWER_SLEEP_STATUS  0x601
#define POWER_RESET	    0x602

#define POWER_SLEEP_TYPE_OFF 5	  /* the SLP_TYP of \_S5 */
#define POWER_RESET_VALUE    0x01 /* written to POWER_RESET, resets */

/* 0, or -1 after saying why. */
int power_add(struct machine *machine);

#endif
