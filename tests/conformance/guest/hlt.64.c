// SPDX-License-Identifier: GPL-2.0
/*
 * HLT: without an interrupt controller nothing wakes a CPU; when all are halted the VM is over
 * (exit status 0, which is what this guest is expected to end with).
 */
#include "rt64.h"

static void user_hlt(void)
{
	__asm__ volatile("hlt");
}

void guest_main(void)
{
	user_call(user_hlt, 0);
	CHECK_EQ(fault.vector, VECTOR_GP, "HLT in ring 3 is #GP");
	__asm__ volatile("cli; hlt");
	CHECK(false, "HLT ends this CPU");
}
