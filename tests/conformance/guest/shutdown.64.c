// SPDX-License-Identifier: GPL-2.0
/*
 * A triple fault: an exception without an IDT. The VM has to end with SHUTDOWN, which is what
 * this guest is expected to end with.
 */
#include "rt64.h"

void guest_main(void)
{
	struct table_register none = {0, 0};

	CHECK(true, "about to raise #UD without an IDT");
	__asm__ volatile("lidt %0; ud2" : : "m"(none));
	CHECK(false, "a triple fault ends the VM");
}
