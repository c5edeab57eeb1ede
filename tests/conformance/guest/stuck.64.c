// SPDX-License-Identifier: GPL-2.0
/*
 * A guest that takes no interrupts, and waits with no instruction that exits: the processor is the
 * host's at its next interrupt all the same ("External-Interrupt Exiting"), and user space can end
 * the guest, which is what it is expected to end with.
 */
#include "rt64.h"

void guest_main(void)
{
	CHECK(true, "about to wait with interrupts off");
	__asm__ volatile("cli; 1: jmp 1b");
}
